//! What segment reductions share: their attribute, shape rule and gradients.

use super::index::{need_index, rows};
use crate::infer::Infer;
use crate::op::{Attr, AttrKind, Sample, floats, sample, values};
use crate::vjp::{Grad, VjpCx};
use crate::{Code, DType, Result, Shape, Type, Value};

/// `num_segments`, one size that may be symbolic.
pub const ATTRS: &[Attr] = &[Attr::required("num_segments", AttrKind::Dims)];

/// Segments come first, then the axes of `x` that the ids do not cover; the dtype stays.
pub fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    need_index(cx, 1)?;
    let (x, ids) = (cx.input(0)?, cx.input(1)?);
    let covered = ids.shape.rank();
    if covered == 0 || covered > x.shape.rank() {
        let message = format!("segment ids of shape {} do not lead the shape {}", ids.shape, x.shape);
        return Err(cx.error(Code::Shape, message));
    }
    for i in 0..covered {
        cx.same_dim(&x.shape[i], &ids.shape[i], &format!("axis {i} of x and segment ids"))?;
    }
    let [n] = cx.attrs.dims("num_segments")? else {
        return Err(cx.error(Code::Option, "numSegments: expected one size"));
    };
    let shape: Shape = std::iter::once(n.clone()).chain(x.shape.dims()[covered..].iter().cloned()).collect();
    Ok(vec![Type::new(x.dtype, shape)])
}

/// As [`infer`]; integers and bools give f32.
pub fn infer_mean(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let mut types = infer(cx)?;
    types[0].dtype = types[0].dtype.to_float();
    Ok(types)
}

/// The entry of each element's segment in `v` (of the output's shape); 0 where the id is negative.
fn back(cx: &mut VjpCx<'_, '_>, v: Value) -> Result<Value> {
    let ids = cx.x(1);
    let none = cx.scalar_like(0.0, ids);
    let valid = cx.maximum(ids, none)?;
    let picked = rows(cx, v, valid)?;
    let missing = cx.less(ids, none)?;
    let mut shape = cx.shape(missing);
    let rank = cx.rank(picked);
    shape.0.resize(rank, 1usize.into());
    let missing = cx.reshape(missing, &shape)?;
    let zero = cx.scalar_like(0.0, picked);
    cx.select(missing, zero, picked)
}

fn by_segment(cx: &mut VjpCx<'_, '_>, name: &str, v: Value) -> Result<Value> {
    let ids = cx.x(1);
    let n = cx.attrs.get("num_segments").clone();
    cx.op(name, &[v, ids], &[("num_segments", n)])
}

/// Gradient of a sum.
pub fn sum_vjp(cx: &mut VjpCx<'_, '_>) -> Result<Vec<Option<Grad>>> {
    let dy = cx.dy(0)?;
    Ok(vec![Some(Grad::Dense(back(cx, dy)?)), None])
}

/// Gradient of a mean.
pub fn mean_vjp(cx: &mut VjpCx<'_, '_>) -> Result<Vec<Option<Grad>>> {
    let (x, dy) = (cx.x(0), cx.dy(0)?);
    let ones = cx.full_like(1.0, x)?;
    let counts = by_segment(cx, "unsorted_segment_sum", ones)?;
    let one = cx.scalar_like(1.0, counts);
    let counts = cx.maximum(counts, one)?;
    let share = cx.div(dy, counts)?;
    Ok(vec![Some(Grad::Dense(back(cx, share)?)), None])
}

/// Gradient of a maximum or minimum: shared evenly by the elements that reach it.
pub fn extreme_vjp(cx: &mut VjpCx<'_, '_>) -> Result<Vec<Option<Grad>>> {
    let (x, y, dy) = (cx.x(0), cx.y(0), cx.dy(0)?);
    let dtype = cx.dtype(x);
    let y = back(cx, y)?;
    let hit = cx.equal(x, y)?;
    let hit = cx.cast(hit, dtype)?;
    let hits = by_segment(cx, "unsorted_segment_sum", hit)?;
    let one = cx.scalar_like(1.0, hits);
    let hits = cx.maximum(hits, one)?;
    let share = cx.div(dy, hits)?;
    let share = back(cx, share)?;
    Ok(vec![Some(Grad::Dense(cx.mul(hit, share)?)), None])
}

/// Gradient of a product: the product of the segment's other elements, also where some are 0.
pub fn prod_vjp(cx: &mut VjpCx<'_, '_>) -> Result<Vec<Option<Grad>>> {
    let (x, dy) = (cx.x(0), cx.dy(0)?);
    let dtype = cx.dtype(x);
    let (zero, one) = (cx.scalar_like(0.0, x), cx.scalar_like(1.0, x));
    let is_zero = cx.equal(x, zero)?;
    let others = cx.select(is_zero, one, x)?;
    let product = by_segment(cx, "unsorted_segment_prod", others)?;
    let product = back(cx, product)?;
    let zeros = cx.cast(is_zero, dtype)?;
    let zeros_here = by_segment(cx, "unsorted_segment_sum", zeros)?;
    let zeros_here = back(cx, zeros_here)?;
    // Without the element itself: as many zeros as stand elsewhere in its segment.
    let elsewhere = cx.sub(zeros_here, zeros)?;
    let alone = cx.equal(elsewhere, zero)?;
    let without = cx.div(product, others)?;
    let without = cx.select(alone, without, zero)?;
    let dy = back(cx, dy)?;
    Ok(vec![Some(Grad::Dense(cx.mul(without, dy)?)), None])
}

/// Samples of every segment reduction; those of sorted ones have ids in order.
pub fn samples(sorted: bool) -> Vec<Sample> {
    let n = |n: usize| vec![n];
    let ids = |shape: &[usize], unsorted: &[f64]| {
        let mut v = unsorted.to_vec();
        if sorted {
            v.iter_mut().for_each(|x| *x = x.max(0.0));
            v.sort_by(f64::total_cmp);
        }
        values(DType::I32, shape, &v)
    };
    vec![
        sample(vec![floats(&[5, 3], -2.0, 2.0), ids(&[5], &[1.0, 0.0, 3.0, 1.0, 1.0])]).dims("num_segments", &n(5)),
        sample(vec![floats(&[4], 0.5, 2.0), ids(&[4], &[2.0, -1.0, 0.0, 2.0])]).dims("num_segments", &n(3)),
        sample(vec![floats(&[2, 3, 2], -2.0, 2.0), ids(&[2, 3], &[1.0, 0.0, 1.0, 1.0, 0.0, 2.0])]).dims("num_segments", &n(3)),
        sample(vec![floats(&[0, 3], -2.0, 2.0), ids(&[0], &[])]).dims("num_segments", &n(2)),
        sample(vec![floats(&[2], -2.0, 2.0), ids(&[2], &[0.0, 2.0])]).dims("num_segments", &n(2)).refused(Code::Shape),
        sample(vec![floats(&[2], -2.0, 2.0), ids(&[3], &[0.0, 1.0, 1.0])]).dims("num_segments", &n(2)).refused(Code::Shape),
        sample(vec![floats(&[2], -2.0, 2.0), floats(&[2], 0.0, 1.0)]).dims("num_segments", &n(2)).refused(Code::Dtype),
    ]
}

/// As [`samples`], for maxima and minima: gradients are compared where no segment is empty.
pub fn extreme_samples(sorted: bool) -> Vec<Sample> {
    let mut all: Vec<Sample> = samples(sorted).into_iter().map(Sample::no_grad).collect();
    let ids: &[f64] = if sorted { &[0.0, 0.0, 1.0, 2.0, 2.0] } else { &[1.0, 0.0, 2.0, 1.0, -1.0] };
    let x = floats(&[5, 3], -2.0, 1.7);
    all.insert(0, sample(vec![x, values(DType::I32, &[5], ids)]).dims("num_segments", &[3]));
    all
}
