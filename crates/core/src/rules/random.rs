//! What random ops share: the check of the state argument and unit draws as ops.

use crate::graph::Builder;
use crate::infer::Infer;
use crate::op::{Arg, SampleInput, values};
use crate::{AttrValue, Code, DType, Dim, Result, Shape, Type, Value};

/// The state argument: `u32[4]`, key lo, key hi, offset lo, offset hi.
pub(crate) const STATE: Arg = Arg::one("state");

/// A state for samples.
pub(crate) fn state() -> Option<SampleInput> {
    values(DType::U32, &[4], &[42.0, 7.0, 3.0, 0.0])
}

/// Refuses anything but `u32[4]` as input `i`.
pub(crate) fn check_state(cx: &mut Infer<'_>, i: usize) -> Result<()> {
    let t = cx.input(i)?;
    cx.need_dtype(i, |d| d == DType::U32, "u32")?;
    if t.shape.rank() != 1 || t.shape[0].known().is_some_and(|n| n != 4) {
        return Err(cx.error(Code::Shape, format!("argument state: expected shape [4] (key and offset), received {}", t.shape)));
    }
    Ok(())
}

/// Attribute `shape` as a shape.
pub(crate) fn shape(cx: &Infer<'_>) -> Result<Shape> {
    Ok(Shape(cx.attrs.dims("shape")?.into()))
}

/// State, then attribute `shape` with float attribute `dtype`: the usual float draw.
pub(crate) fn float_draw(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    check_state(cx, 0)?;
    let dtype = cx.attrs.dtype("dtype")?;
    if !dtype.is_float() {
        return Err(cx.error(Code::Dtype, format!("attribute dtype: expected a float type, received {dtype}")));
    }
    Ok(vec![Type::new(dtype, shape(cx)?)])
}

fn bits(b: &mut Builder<'_>, state: Value, shape: &[Dim], wide: bool, shift: u32) -> Result<Value> {
    let dtype = if wide { DType::U64 } else { DType::U32 };
    let bits = b.op("random_bits", &[state], &[("shape", AttrValue::Dims(shape.into())), ("dtype", dtype.into())])?;
    let by = b.scalar(f64::from(shift), dtype);
    b.op("right_shift", &[bits, by], &[])
}

/// Uniform in [0, 1): the high bits of the element's word times a power of two (24 bits for f32,
/// 53 of two words for f64, 11 for f16, 8 for bf16).
pub(crate) fn unit(b: &mut Builder<'_>, state: Value, shape: &[Dim], dtype: DType) -> Result<Value> {
    let n = match dtype {
        DType::F64 => 53,
        DType::F16 => 11,
        DType::BF16 => 8,
        _ => 24,
    };
    let wide = dtype == DType::F64;
    let k = bits(b, state, shape, wide, if wide { 64 - n } else { 32 - n })?;
    let k = b.cast(k, dtype)?;
    let scale = b.scalar((-f64::from(n)).exp2(), dtype);
    b.mul(k, scale)
}

/// Uniform in the open interval (0, 1), f32: (k + ½)·2⁻²³ for the 23 high bits k.
pub(crate) fn open_unit(b: &mut Builder<'_>, state: Value, shape: &[Dim]) -> Result<Value> {
    let k = bits(b, state, shape, false, 9)?;
    let k = b.cast(k, DType::F32)?;
    let half = b.scalar(0.5, DType::F32);
    let k = b.add(k, half)?;
    let scale = b.scalar((-23f64).exp2(), DType::F32);
    b.mul(k, scale)
}

/// Uniform in the open interval (−1, 1) and symmetric, without rounding: (k − 2ⁿ⁻¹ + ½)·2¹⁻ⁿ for
/// the n high bits k (24 for f32, 53 for f64).
pub(crate) fn symmetric_unit(b: &mut Builder<'_>, state: Value, shape: &[Dim], dtype: DType) -> Result<Value> {
    let (wide, n) = if dtype == DType::F64 { (true, 53u32) } else { (false, 24) };
    let k = bits(b, state, shape, wide, if wide { 64 - n } else { 32 - n })?;
    let k = b.cast(k, dtype)?;
    let middle = b.scalar(f64::from(n - 1).exp2(), dtype);
    let k = b.sub(k, middle)?;
    let half = b.scalar(0.5, dtype);
    let k = b.add(k, half)?;
    let scale = b.scalar((-f64::from(n - 1)).exp2(), dtype);
    b.mul(k, scale)
}

/// A standard normal draw cut to the middle `mass` of the distribution by its inverse:
/// z = √2·erfinv(mass·v) with v uniform in (−1, 1). f16 and bf16 compute in f32.
pub(crate) fn standard_normal(b: &mut Builder<'_>, state: Value, shape: &[Dim], dtype: DType, mass: f64) -> Result<Value> {
    let wide = if dtype == DType::F64 { DType::F64 } else { DType::F32 };
    let mut v = symmetric_unit(b, state, shape, wide)?;
    if mass < 1.0 {
        let mass = b.scalar(mass, wide);
        v = b.mul(v, mass)?;
    }
    let z = b.op("erfinv", &[v], &[])?;
    let root = b.scalar(std::f64::consts::SQRT_2, wide);
    b.mul(z, root)
}

/// `mean + stddev·z`, converted to `dtype`.
pub(crate) fn scaled(b: &mut Builder<'_>, z: Value, stddev: f64, mean: f64, dtype: DType) -> Result<Value> {
    let s = b.scalar_like(stddev, z);
    let m = b.scalar_like(mean, z);
    let y = b.mul(z, s)?;
    let y = b.add(y, m)?;
    b.cast(y, dtype)
}
