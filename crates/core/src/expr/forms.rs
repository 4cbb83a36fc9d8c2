//! Formulas that several ops share, in forms that neither overflow nor lose NaN.

use super::{Expr, Prim};
use crate::DType;

/// The greatest finite number of a float dtype; infinity for other dtypes.
pub fn largest(dtype: DType) -> f64 {
    match dtype {
        DType::F32 => f32::MAX as f64,
        DType::F64 => f64::MAX,
        DType::F16 => 65504.0,
        DType::BF16 => 3.389_531_389_251_535_5e38,
        _ => f64::INFINITY,
    }
}

/// `x` as a constant of `dtype`; outside an integer dtype's range, its nearest end.
pub fn saturated(x: f64, dtype: DType) -> Expr {
    if dtype.is_float() {
        return Expr::constant(x, dtype);
    }
    let bits = 8 * dtype.size() as u32;
    Expr::int(
        match (dtype, dtype.is_signed()) {
            (DType::Bool, _) => (x != 0.0) as i64,
            (DType::U64, _) => (x as u64) as i64,
            (_, true) => (x as i64).clamp(i64::MIN >> (64 - bits), i64::MAX >> (64 - bits)),
            (_, false) => (x as i64).clamp(0, i64::MAX >> (63 - bits)),
        },
        dtype,
    )
}

/// −1, 0 or 1; NaN stays NaN.
pub fn sign(x: &Expr) -> Expr {
    let (zero, one) = (x.c(0.0), x.c(1.0));
    if !x.dtype().is_signed() {
        return x.ne(&zero).select(&one, &zero);
    }
    // |x| is +0 for both zeros and NaN for NaN.
    let rest = if x.dtype().is_float() { x.abs() } else { zero.clone() };
    x.gt(&zero).select(&one, &x.lt(&zero).select(&x.c(-1.0), &rest))
}

/// The signed integer dtype as wide as `dtype`.
pub(super) fn bits_of(dtype: DType) -> DType {
    match dtype.size() {
        1 => DType::I8,
        2 => DType::I16,
        4 => DType::I32,
        _ => DType::I64,
    }
}

/// `|x|` of an integer `x` as the unsigned integer of its width, which holds that of the least number too.
pub fn magnitude(x: &Expr) -> Expr {
    x.abs().bitcast(match x.dtype().size() {
        1 => DType::U8,
        2 => DType::U16,
        4 => DType::U32,
        _ => DType::U64,
    })
}

/// Is the sign set (of −0 and NaN too)? Bool.
pub fn signbit(x: &Expr) -> Expr {
    if x.dtype().is_float() {
        let bits = x.bitcast(bits_of(x.dtype()));
        return bits.lt(&bits.c(0.0));
    }
    x.lt(&x.c(0.0))
}

/// The magnitude of float `a` with the sign of `b`.
pub fn copysign(a: &Expr, b: &Expr) -> Expr {
    let int = bits_of(a.dtype());
    let sign = Expr::int(i64::MIN >> (64 - 8 * int.size()), int);
    let magnitude = a.bitcast(int).and(&sign.not());
    magnitude.or(&b.bitcast(int).and(&sign)).bitcast(a.dtype())
}

/// Is float `x` an infinity? Bool.
pub fn is_inf(x: &Expr) -> Expr {
    x.abs().eq(&x.c(f64::INFINITY))
}

/// `-|x|`, whose derivative at 0 is the one from the right, as [`softplus`] needs.
pub fn neg_abs(x: &Expr) -> Expr {
    x.lt(&x.c(0.0)).select(x, &-x.clone())
}

/// `log(1 + exp(x))`; both kinks are taken from the right, so that its derivative is exact at 0.
pub fn softplus(x: &Expr) -> Expr {
    let positive = x.lt(&x.c(0.0)).select(&x.c(0.0), x);
    positive + neg_abs(x).exp().log1p()
}

/// `min(max(x + 3, 0), 6) / 6`, with slope 0 at both kinks, as `relu6` has.
pub fn hard_sigmoid(x: &Expr) -> Expr {
    x.c(6.0).min(&x.c(0.0).max(&(x + x.c(3.0)))) / x.c(6.0)
}

/// `sqrt(a² + b²)` through the quotient of the lesser and the greater magnitude.
pub fn hypot(a: &Expr, b: &Expr) -> Expr {
    let (a, b) = (a.abs(), b.abs());
    let (high, low) = (a.max(&b), a.min(&b));
    let ratio = &low / &high;
    let scaled = &high * (high.c(1.0) + &ratio * &ratio).sqrt();
    // 0/0 and ∞/∞ are not numbers; an infinity wins over NaN.
    let infinity = high.c(f64::INFINITY);
    let infinite = a.eq(&infinity).binary(Prim::Or, &b.eq(&infinity));
    infinite.select(&infinity, &high.eq(&high.c(0.0)).select(&high, &scaled))
}
