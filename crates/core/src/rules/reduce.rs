//! What reductions share: attributes, result dtypes, and spreading a result back over its input.

use crate::infer::{Infer, normalize_axes};
use crate::op::{Attr, AttrKind, Default};
use crate::vjp::VjpCx;
use crate::{AttrsRef, Code, DType, Dim, Result, Shape, Value};
use smallvec::SmallVec;

/// `axis` (absent = all) and `keepdims`.
pub const ATTRS: &[Attr] =
    &[Attr::optional("axis", AttrKind::I64s, Default::Absent), Attr::optional("keepdims", AttrKind::Bool, Default::Bool(false))];

/// The dtype that a sum or product over `dtype` has: bools and integers narrower than 32 bits
/// widen to i32 (u32).
pub fn sum_dtype(dtype: DType) -> DType {
    match dtype {
        DType::Bool | DType::I8 | DType::I16 => DType::I32,
        DType::U8 | DType::U16 => DType::U32,
        d => d,
    }
}

/// `shape` with size 1 along `axes`.
pub fn kept_shape(shape: &Shape, axes: &[usize]) -> Shape {
    shape.dims().iter().enumerate().map(|(i, d)| if axes.contains(&i) { Dim::Known(1) } else { d.clone() }).collect()
}

/// Refuses a reduction without identity over an axis that is known to be empty.
pub fn refuse_empty(cx: &Infer<'_>, shape: &Shape) -> Result<()> {
    for axis in cx.axes("axis", shape.rank())? {
        if shape[axis] == Dim::Known(0) {
            return Err(cx.error(Code::Shape, format!("nothing to reduce: axis {axis} of {shape} is empty")));
        }
    }
    Ok(())
}

/// The reduced axes of the node whose gradient is being built (its attribute `axis`).
pub fn axes(attrs: AttrsRef<'_>, rank: usize) -> Result<SmallVec<[usize; 4]>> {
    normalize_axes(attrs, "axis", rank)
}

/// A value of the reduction's output shape, with the reduced axes put back as size 1.
pub fn keep(cx: &mut VjpCx<'_, '_>, v: Value) -> Result<Value> {
    let shape = cx.x_type(0).shape;
    let axes = axes(cx.attrs, shape.rank())?;
    cx.reshape(v, &kept_shape(&shape, &axes))
}

/// A value of the reduction's output shape, repeated over the input's shape.
pub fn spread(cx: &mut VjpCx<'_, '_>, v: Value) -> Result<Value> {
    let shape = cx.x_type(0).shape;
    let v = keep(cx, v)?;
    cx.broadcast_to(v, &shape)
}

/// The gradient of a maximum or minimum: shared evenly by the elements that reach it.
pub fn split_ties(cx: &mut VjpCx<'_, '_>) -> Result<Value> {
    let x = cx.x(0);
    let t = cx.x_type(0);
    let axes = axes(cx.attrs, t.shape.rank())?;
    let (y, dy) = (cx.y(0), cx.dy(0)?);
    let (y, dy) = (keep(cx, y)?, keep(cx, dy)?);
    let hit = cx.equal(x, y)?;
    let hit = cx.cast(hit, t.dtype)?;
    let hits = cx.sum(hit, &axes, true)?;
    let share = cx.div(dy, hits)?;
    cx.mul(hit, share)
}
