//! Exponentials: x = n·ln 2 + r with |r| ≤ ½ ln 2, then eˣ = 2ⁿ·eʳ with eʳ = 1 + r + r²·P(r).
//! Coefficients are Chebyshev fits from `tests/golden/fit_polynomials.py`.

use super::super::vector::{Bits, Double, Single};
use super::{poly, wide};

/// ln 2 with 42 leading bits, so that n times it is exact, and the rest.
const LN2_HIGH: f64 = 0.6931471805598903;
const LN2_LOW: f64 = 5.497923018708371e-14;
const LN2_HIGH_F32: f32 = 0.693_145_75;
const LN2_LOW_F32: f32 = 1.4286068e-6;
/// ln 2 rounded, and what rounding left out.
const LN2: f64 = std::f64::consts::LN_2;
const LN2_REST: f64 = 2.3190468138462996e-17;
/// 1.5·2⁵²: adding it leaves an integer in the low bits of the sum.
const MAGIC: f64 = 6755399441055744.0;
const MAGIC_F32: f32 = 12582912.0;

/// (eʳ − 1 − r) / r²
const P: [f64; 11] = [
    0.5,
    0.1666666666666667,
    0.04166666666666667,
    0.008333333333326136,
    0.0013888888888883748,
    0.00019841269874820627,
    2.4801587325547743e-05,
    2.7557255400206422e-06,
    2.75572736431103e-07,
    2.5105217004720745e-08,
    2.0914686968086876e-09,
];
const P_F32: [f32; 6] = [0.5, 0.16666667, 0.041666467, 0.0083333105, 0.001393365, 0.00019890991];

/// eˣ in f32.
#[inline(always)]
pub fn exp_f32<V: Single>(x: V) -> V {
    let x = x.clamp(-104.0, 89.0);
    let n = (x * x.of(std::f32::consts::LOG2_E)).round_even();
    let r = n.neg_mul_add(x.of(LN2_HIGH_F32), x);
    let r = n.neg_mul_add(x.of(LN2_LOW_F32), r);
    let y = (r * r).mul_add(poly(r, &P_F32), r) + x.of(1.0);
    let half = (n * x.of(0.5)).round_even();
    y * pow2_f32(half) * pow2_f32(n - half)
}

/// eˣ in f64.
#[inline(always)]
pub fn exp_f64<V: Double>(x: V) -> V {
    let x = x.clamp(-746.0, 710.0);
    let n = (x * x.of(std::f64::consts::LOG2_E)).round_even();
    let r = n.neg_mul_add(x.of(LN2_HIGH), x);
    let r = n.neg_mul_add(x.of(LN2_LOW), r);
    scale((r * r).mul_add(poly(r, &P), r) + x.of(1.0), n)
}

/// 2ˣ in f32.
#[inline(always)]
pub fn exp2_f32<V: Single>(x: V) -> V {
    wide!(x, exp2_f64)
}

/// 2ˣ in f64.
#[inline(always)]
pub fn exp2_f64<V: Double>(x: V) -> V {
    let x = x.clamp(-1080.0, 1030.0);
    let n = x.round_even();
    let f = x - n;
    let r = f * x.of(LN2);
    let rest = f.mul_add(x.of(LN2_REST), f.mul_add(x.of(LN2), -r));
    scale((r * r).mul_add(poly(r, &P), rest) + r + x.of(1.0), n)
}

/// eˣ − 1 in f32.
#[inline(always)]
pub fn expm1_f32<V: Single>(x: V) -> V {
    wide!(x, expm1_f64)
}

/// eˣ − 1 in f64.
#[inline(always)]
pub fn expm1_f64<V: Double>(x: V) -> V {
    let c = x.clamp(-50.0, 710.0);
    let n = (c * x.of(std::f64::consts::LOG2_E)).round_even();
    let high = n.neg_mul_add(x.of(LN2_HIGH), c);
    let r = n.neg_mul_add(x.of(LN2_LOW), high);
    let rest = n.neg_mul_add(x.of(LN2_LOW), high - r);
    let p = (r * r).mul_add(poly(r, &P), rest) + r;
    // 2ⁿ⁻¹ stays finite for every n, and doubling is exact.
    let half_power = pow2(n - x.of(1.0));
    let y = p.mul_add(half_power, half_power - x.of(0.5));
    let tiny = x.abs().lt(x.of(5e-17));
    V::pick(tiny, x, y + y)
}

/// 1 / (1 + e⁻ˣ) in f32.
#[inline(always)]
pub fn sigmoid_f32<V: Single>(x: V) -> V {
    let e = exp_f32(-x.abs());
    let one = x.of(1.0);
    V::pick(x.lt(x.of(0.0)), e, one) / (one + e)
}

/// 1 / (1 + e⁻ˣ) in f64.
#[inline(always)]
pub fn sigmoid_f64<V: Double>(x: V) -> V {
    let e = exp_f64(-x.abs());
    let one = x.of(1.0);
    V::pick(x.lt(x.of(0.0)), e, one) / (one + e)
}

/// y·2ⁿ in two steps, so that results below the normal range round once and those above overflow.
#[inline(always)]
fn scale<V: Double>(y: V, n: V) -> V {
    let half = (n * n.of(0.5)).round_even();
    y * pow2(half) * pow2(n - half)
}

/// 2ⁿ for an integral n in −1022 ..= 1023.
#[inline(always)]
fn pow2<V: Double>(n: V) -> V {
    let bits = (n + n.of(MAGIC)).to_bits();
    V::from_bits(bits.add(bits.of(1023)).shl(52))
}

/// 2ⁿ for an integral n in −126 ..= 127.
#[inline(always)]
fn pow2_f32<V: Single>(n: V) -> V {
    let bits = (n + n.of(MAGIC_F32)).to_bits();
    V::from_bits(bits.add(bits.of(127)).shl(23))
}
