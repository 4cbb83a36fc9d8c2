//! Sizes as values, known or not.

use crate::{Builder, DType, Dim, Result, Value};

/// The number of elements along `axes` of `x` as a scalar of `dtype`: a constant where the sizes
/// are known, else read when running.
pub fn count(b: &mut Builder<'_>, x: Value, axes: &[usize], dtype: DType) -> Result<Value> {
    let shape = b.shape(x);
    let n = axes.iter().fold(Dim::Known(1), |n, &a| n.mul(&shape[a]));
    if let Some(n) = n.known() {
        return Ok(b.scalar(n as f64, dtype));
    }
    let axes: Vec<i64> = axes.iter().map(|&a| a as i64).collect();
    b.op("size", &[x], &[("axis", axes.as_slice().into()), ("dtype", dtype.into())])
}
