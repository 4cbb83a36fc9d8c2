//! Floats taken apart and put together by their bits: powers of two, significands, neighbours.

use super::Expr;
use super::forms::{bits_of, copysign, is_inf, saturated};
use crate::DType;

/// Bits after the point of the significand, and what is added to the exponent.
fn layout(dtype: DType) -> (i64, i64) {
    match dtype {
        DType::F64 => (52, 1023),
        DType::F16 => (10, 15),
        DType::BF16 => (7, 127),
        _ => (23, 127),
    }
}

/// The float dtype in which exponents are worked on: the narrow ones widen, which is exact.
fn working(dtype: DType) -> DType {
    if dtype == DType::F64 { DType::F64 } else { DType::F32 }
}

/// An integer constant in the dtype of `x`.
fn whole(x: &Expr, value: i64) -> Expr {
    Expr::int(value, x.dtype())
}

/// 2ᵏ of `dtype`, for `k` (integers as wide as `dtype`) among the exponents of normal numbers.
fn power_of_two(k: &Expr, dtype: DType) -> Expr {
    let (digits, bias) = layout(dtype);
    (k + whole(k, bias)).shl(&whole(k, digits)).bitcast(dtype)
}

/// `x · 2ⁿ` for integers `n`, rounded once.
pub fn scaled(x: &Expr, n: &Expr) -> Expr {
    let dtype = working(x.dtype());
    let (digits, bias) = layout(dtype);
    let (low, high) = (1 - bias, bias);
    // Four times the range of exponents takes any number to 0 or to infinity.
    let (least, most) = (saturated(-4.0 * bias as f64, n.dtype()), saturated(4.0 * bias as f64, n.dtype()));
    let mut n = n.max(&least).min(&most).cast(bits_of(dtype));
    let mut y = x.cast(dtype);
    for _ in 0..2 {
        // On the way down one digit more than a significand has stays in reserve: what is already too small to be normal
        // here ends at 0, so that no result is rounded twice.
        let below = n.lt(&whole(&n, low)).select(&whole(&n, low + digits + 1), &whole(&n, 0));
        let step = n.gt(&whole(&n, high)).select(&whole(&n, high), &below);
        y = y * power_of_two(&step, dtype);
        n = n - step;
    }
    let last = n.max(&whole(&n, low)).min(&whole(&n, high));
    (y * power_of_two(&last, dtype)).cast(x.dtype())
}

/// The significand of `x`, of a magnitude in [½, 1), and the i32 exponent with `x = significand · 2^exponent`;
/// `x` itself and 0 for zeros, infinities and NaN.
pub fn parts(x: &Expr) -> (Expr, Expr) {
    let dtype = working(x.dtype());
    let (digits, bias) = layout(dtype);
    let wide = x.cast(dtype);
    // Subnormal numbers are made normal first.
    let small = wide.abs().lt(&wide.c(2f64.powi(1 - bias as i32)));
    let bits = small.select(&(&wide * wide.c(2f64.powi(digits as i32 + 2))), &wide).bitcast(bits_of(dtype));
    let raised = small.select(&whole(&bits, digits + 2), &whole(&bits, 0));
    let field = whole(&bits, (2 * bias + 1) << digits);
    let exponent = bits.and(&field).shr(&whole(&bits, digits)) - whole(&bits, bias - 1) - raised;
    let significand = bits.and(&field.not()).or(&whole(&bits, (bias - 1) << digits)).bitcast(dtype);
    let itself = wide.eq(&wide.c(0.0)).or(&is_inf(&wide)).or(&wide.ne(&wide));
    (itself.select(&wide, &significand).cast(x.dtype()), itself.select(&whole(&bits, 0), &exponent).cast(DType::I32))
}

/// The least number above 0.
fn least(dtype: DType) -> Expr {
    Expr::int(1, bits_of(dtype)).bitcast(dtype)
}

/// The neighbour of `a` on the way to `b`.
pub fn next_after(a: &Expr, b: &Expr) -> Expr {
    let (zero, bits) = (a.c(0.0), a.bitcast(bits_of(a.dtype())));
    let outwards = a.lt(b).eq(&zero.lt(a));
    let stepped = (&bits + outwards.select(&whole(&bits, 1), &whole(&bits, -1))).bitcast(a.dtype());
    let moved = a.eq(&zero).select(&copysign(&least(a.dtype()), b), &stepped);
    let number = a.eq(b).select(b, &moved);
    a.ne(a).or(&b.ne(b)).select(&(a + b), &number)
}

/// What the neighbour of `x` away from 0 has more than `x`: of the sign of `x`, NaN for infinities.
pub fn spacing(x: &Expr) -> Expr {
    let bits = x.bitcast(bits_of(x.dtype()));
    let next = (&bits + whole(&bits, 1)).bitcast(x.dtype());
    let gap = x.eq(&x.c(0.0)).select(&least(x.dtype()), &(next - x));
    is_inf(x).or(&x.ne(x)).select(&x.c(f64::NAN), &gap)
}
