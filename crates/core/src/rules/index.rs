//! What indexing ops share: index dtypes, negative indices, sums by index.

use super::axes::dims_attr;
use super::count::count;
use crate::infer::Infer;
use crate::{Builder, DType, Dim, Result, Shape, Value};

/// Is it a dtype that indices may have?
pub fn is_index(dtype: DType) -> bool {
    matches!(dtype, DType::I32 | DType::I64)
}

/// Refuses indices (input `i`) of other dtypes than i32 and i64.
pub fn need_index(cx: &Infer<'_>, i: usize) -> Result<()> {
    cx.need_dtype(i, is_index, "i32 or i64 (cast it first)")
}

/// Indices along `axis` of `x`, with those that count from the end (negative ones) made positions.
pub fn from_start(b: &mut Builder<'_>, indices: Value, x: Value, axis: usize) -> Result<Value> {
    let zero = b.scalar_like(0.0, indices);
    let dtype = b.dtype(indices);
    let n = count(b, x, &[axis], dtype)?;
    let shifted = b.add(indices, n)?;
    let negative = b.less(indices, zero)?;
    b.select(negative, shifted, indices)
}

/// Positions along `axis` of a tensor of `shape`.
pub fn iota(b: &mut Builder<'_>, shape: &Shape, axis: usize, dtype: DType) -> Result<Value> {
    b.op("iota", &[], &[("shape", dims_attr(shape.dims())), ("axis", (axis as i64).into()), ("dtype", dtype.into())])
}

/// Rows summed by id into `[n, …]`: `unsorted_segment_sum`.
pub fn sum_by(b: &mut Builder<'_>, rows: Value, ids: Value, n: &Dim) -> Result<Value> {
    b.op("unsorted_segment_sum", &[rows, ids], &[("num_segments", dims_attr(std::slice::from_ref(n)))])
}

/// Rows of axis 0 of `x`.
pub fn rows(b: &mut Builder<'_>, x: Value, ids: Value) -> Result<Value> {
    b.op("gather", &[x, ids], &[])
}

/// Zeros with size `n` along `axis`, to which `updates` are added at `indices` along that axis:
/// `scatter_along_axis`.
pub fn sum_along(b: &mut Builder<'_>, indices: Value, updates: Value, axis: usize, n: &Dim) -> Result<Value> {
    let size = dims_attr(std::slice::from_ref(n));
    b.op("scatter_along_axis", &[indices, updates], &[("axis", (axis as i64).into()), ("size", size)])
}

/// Index tuples with the indices of their first `batch` axes put in front, so that they need no shared axes.
pub fn with_batch(b: &mut Builder<'_>, indices: Value, batch: usize) -> Result<Value> {
    if batch == 0 {
        return Ok(indices);
    }
    let mut shape = b.shape(indices);
    let dtype = b.dtype(indices);
    let last = shape.rank() - 1;
    shape.0[last] = Dim::Known(1);
    let mut parts = Vec::new();
    for axis in 0..batch {
        parts.push(iota(b, &shape, axis, dtype)?);
    }
    parts.push(indices);
    b.op("concat", &parts, &[("axis", (-1i64).into())])
}
