//! Moving and cutting along axes, for gradient rules and composites.

use crate::{AttrValue, Builder, Dim, Result, Shape, Value};

/// "To the end" as a bound of `strided_slice`.
pub const END: i64 = i64::MAX;

/// `v` with its axes in the order `axes`; `v` itself where that is its order.
pub fn permute(b: &mut Builder<'_>, v: Value, axes: &[usize]) -> Result<Value> {
    if axes.iter().enumerate().all(|(i, &a)| i == a) { Ok(v) } else { b.transpose(v, axes) }
}

/// The order that undoes `axes`.
pub fn inverse(axes: &[usize]) -> Vec<usize> {
    let mut back = vec![0; axes.len()];
    for (i, &a) in axes.iter().enumerate() {
        back[a] = i;
    }
    back
}

/// `v[…, begin:end:step, …]` along one axis, with Python's meaning of negative bounds; [`END`] is "to the end".
pub fn slice_axis(b: &mut Builder<'_>, v: Value, axis: usize, begin: i64, end: i64, step: i64) -> Result<Value> {
    if begin == 0 && end == END && step == 1 {
        return Ok(v);
    }
    let rank = b.rank(v);
    let (mut begins, mut ends, mut steps) = (vec![0; rank], vec![END; rank], vec![1; rank]);
    (begins[axis], ends[axis], steps[axis]) = (begin, end, step);
    b.op(
        "strided_slice",
        &[v],
        &[("begin", begins.as_slice().into()), ("end", ends.as_slice().into()), ("strides", steps.as_slice().into())],
    )
}

/// `v` with `before` and `after` zeros added along one axis.
pub fn pad_axis(b: &mut Builder<'_>, v: Value, axis: usize, before: i64, after: i64) -> Result<Value> {
    let mut paddings = vec![0; 2 * b.rank(v)];
    (paddings[2 * axis], paddings[2 * axis + 1]) = (before, after);
    b.op("pad", &[v], &[("paddings", paddings.as_slice().into())])
}

/// `shape` with `dim` put in at `axis`.
pub fn with_dim(shape: &Shape, axis: usize, dim: impl Into<Dim>) -> Shape {
    let mut dims = shape.0.clone();
    dims.insert(axis, dim.into());
    Shape(dims)
}

/// Dimensions as an attribute.
pub fn dims_attr(dims: &[Dim]) -> AttrValue {
    AttrValue::Dims(dims.to_vec())
}
