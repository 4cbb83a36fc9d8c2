//! What scatters by index tuples share: the check of shapes, gradients and samples.

use super::index::need_index;
use crate::infer::Infer;
use crate::op::{Sample, floats, sample, values};
use crate::vjp::{Grad, VjpCx};
use crate::{Code, DType, Result, Shape, Type, Value};

/// The shape of updates: the leading axes of `indices`, then the axes of `shape` that tuples do
/// not reach. Refuses tuples of unknown or too great length.
pub fn picked_shape(cx: &Infer<'_>, indices: &Shape, shape: &Shape, batch: usize) -> Result<Shape> {
    let Some(last) = indices.rank().checked_sub(1) else {
        return Err(cx.error(Code::Shape, "indices: expected tuples along a last axis, received a scalar"));
    };
    let Some(k) = indices[last].known() else {
        let message = format!("dimension {last} of the indices {indices} (the length of a tuple) is not known while recording");
        return Err(cx.error(Code::Unsupported, message));
    };
    if batch + k > shape.rank() {
        return Err(cx.error(Code::Shape, format!("index tuples of length {k} are too long for shape {shape}")));
    }
    Ok(indices.dims()[..last].iter().chain(&shape.dims()[batch + k..]).cloned().collect())
}

/// The type of `x` in `op(x, indices, updates)`, after a check of the other two.
pub fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    need_index(cx, 1)?;
    let (x, indices, updates) = (cx.input(0)?, cx.input(1)?, cx.input(2)?);
    if x.dtype != updates.dtype {
        return Err(cx.error(Code::Dtype, format!("updates are {}, the tensor is {}; cast one", updates.dtype, x.dtype)));
    }
    let wanted = picked_shape(cx, &indices.shape, &x.shape, 0)?;
    same_shape(cx, &wanted, &updates.shape)?;
    Ok(vec![x.clone()])
}

/// Refuses updates of another shape than `wanted`.
pub fn same_shape(cx: &mut Infer<'_>, wanted: &Shape, updates: &Shape) -> Result<()> {
    if wanted.rank() != updates.rank() {
        return Err(cx.error(Code::Shape, format!("updates: expected shape {wanted}, received {updates}")));
    }
    for i in 0..wanted.rank() {
        cx.same_dim(&wanted[i], &updates[i], &format!("updates, axis {i}"))?;
    }
    Ok(())
}

/// The entries of `v` (of the tensor's shape) that the node's updates went to.
pub fn picked(cx: &mut VjpCx<'_, '_>, v: Value) -> Result<Value> {
    let indices = cx.x(1);
    cx.op("gather_nd", &[v, indices], &[])
}

/// The gradient of `scatter_min` and `scatter_max`: shared evenly by the old element and the updates that reach the result.
pub fn extreme_vjp(cx: &mut VjpCx<'_, '_>) -> Result<Vec<Option<Grad>>> {
    let (x, indices, updates, y, dy) = (cx.x(0), cx.x(1), cx.x(2), cx.y(0), cx.dy(0)?);
    let dtype = cx.dtype(x);
    let kept = cx.equal(x, y)?;
    let kept = cx.cast(kept, dtype)?;
    let there = picked(cx, y)?;
    let hit = cx.equal(updates, there)?;
    let hit = cx.cast(hit, dtype)?;
    let hits = cx.op("scatter_add", &[kept, indices, hit], &[])?;
    let share = cx.op("div_no_nan", &[dy, hits], &[])?;
    let share_there = picked(cx, share)?;
    let (dx, du) = (cx.mul(kept, share)?, cx.mul(hit, share_there)?);
    Ok(vec![Some(Grad::Dense(dx)), None, Some(Grad::Dense(du))])
}

/// Samples of every scatter into a tensor.
pub fn samples() -> Vec<Sample> {
    let x = || floats(&[4, 3], -2.0, 2.0);
    let at = |s: &[usize], v: &[f64]| values(DType::I32, s, v);
    vec![
        sample(vec![x(), at(&[3, 1], &[1.0, 3.0, 1.0]), floats(&[3, 3], -3.0, 1.0)]),
        sample(vec![x(), at(&[2, 2], &[0.0, 2.0, -1.0, 0.0]), floats(&[2], -1.0, 3.0)]),
        sample(vec![x(), values(DType::I64, &[2, 1, 1], &[0.0, 2.0]), floats(&[2, 1, 3], -1.0, 3.0)]),
        sample(vec![x(), at(&[0, 1], &[]), floats(&[0, 3], -1.0, 3.0)]),
        sample(vec![x(), at(&[1, 2], &[0.0, 3.0]), floats(&[1], -1.0, 3.0)]).refused(Code::Shape),
        sample(vec![x(), at(&[1, 3], &[0.0, 0.0, 0.0]), floats(&[1], -1.0, 3.0)]).refused(Code::Shape),
        sample(vec![x(), at(&[2, 1], &[0.0, 1.0]), floats(&[2, 2], -1.0, 3.0)]).refused(Code::Shape),
    ]
}
