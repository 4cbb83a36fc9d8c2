//! Pieces of variance and standard deviation.

use super::count::count;
use super::reduce;
use crate::op::{Attr, AttrKind, Default, Sample, floats, sample};
use crate::{AttrsRef, Builder, DType, Result, Value};

/// `axis`, `keepdims` and `ddof`: what is taken from the count before dividing.
pub const ATTRS: &[Attr] = &[reduce::ATTRS[0], reduce::ATTRS[1], Attr::optional("ddof", AttrKind::F64, Default::F64(0.0))];

/// The dtype in which moments of `dtype` are computed: halves in f32.
pub fn wide(dtype: DType) -> DType {
    if dtype == DType::F64 { dtype } else { DType::F32 }
}

/// The distance of each element of `x` (in the wide dtype) from the mean, and the divisor `n - ddof`.
pub fn centred(b: &mut Builder<'_>, x: Value, attrs: AttrsRef<'_>) -> Result<(Value, Value)> {
    let axes = reduce::axes(attrs, b.rank(x))?;
    let dtype = wide(b.dtype(x));
    let x = b.cast(x, dtype)?;
    let mean = b.reduce("mean", x, &axes, true)?;
    let n = count(b, x, &axes, dtype)?;
    let ddof = b.scalar(attrs.f64("ddof")?, dtype);
    let n = b.sub(n, ddof)?;
    Ok((b.sub(x, mean)?, n))
}

/// Samples of both.
pub fn samples() -> Vec<Sample> {
    let x = || vec![floats(&[2, 3, 4], -2.0, 2.0)];
    vec![
        sample(x()),
        sample(x()).i64s("axis", &[1]).attr("ddof", 1.0.into()),
        sample(x()).i64s("axis", &[0, -1]).attr("keepdims", true.into()),
        sample(vec![floats(&[6], 1e4, 1e4 + 1.0)]).no_grad(),
    ]
}
