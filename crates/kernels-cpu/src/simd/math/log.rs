//! Logarithms: x = 2ᵏ·(1 + f) with 1 + f in [√½, √2). f64 goes through s = f / (2 + f), as
//! ln(1 + f) = f − f²/2 + s·(f²/2 + R(s²)); f32 through a polynomial in f.
//! Coefficients are Chebyshev fits from `tests/golden/fit_polynomials.py`.

use super::super::vector::{Bits, Double, Mask, Single, Vector};
use super::{poly, wide};

const LN2_HIGH: f64 = 0.6931471805598903;
const LN2_LOW: f64 = 5.497923018708371e-14;
const LN2_HIGH_F32: f32 = 0.693_145_75;
const LN2_LOW_F32: f32 = 1.4286068e-6;
const LOG2E: f64 = std::f64::consts::LOG2_E;
const LOG2E_REST: f64 = 2.0355273740931033e-17;

/// R(z)/z with z = s²
const R: [f64; 8] = [
    0.6666666666666666,
    0.4000000000000088,
    0.2857142857080323,
    0.2222222239180047,
    0.18181795630884753,
    0.15386240205813478,
    0.13268759668560612,
    0.13086767009948175,
];
/// (ln(1 + f) − f + f²/2) / f³
const Q: [f32; 10] =
    [0.33333334, -0.2499999, 0.2000001, -0.16668001, 0.14286524, -0.124507435, 0.11037783, -0.10646192, 0.105308644, -0.062015];

/// ln x in f32.
#[inline(always)]
pub fn log_f32<V: Single>(x: V) -> V {
    let subnormal = x.lt(x.of(f32::MIN_POSITIVE));
    let scaled = V::pick(subnormal, x * x.of(33554432.0), x);
    let start = scaled.to_bits();
    // Adding the distance from √½ to 1 moves the border between exponents to √½.
    let moved = start.add(start.of(0x3f80_0000 - 0x3f35_04f3));
    let m = V::from_bits(moved.and(start.of(0x007f_ffff)).add(start.of(0x3f35_04f3)));
    let k = V::from_bits(moved.shr(23).or(start.of(0x4b00_0000))) - x.of(8388608.0 + 127.0);
    let k = V::pick(subnormal, k - x.of(25.0), k);
    let f = m - x.of(1.0);
    let z = f * f;
    let y = (f * z) * poly(f, &Q);
    let y = k.mul_add(x.of(LN2_LOW_F32), y);
    let y = z.mul_add(x.of(-0.5), y);
    let y = k.mul_add(x.of(LN2_HIGH_F32), f + y);
    edges(x, y, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, 0.0)
}

/// ln x in f64.
#[inline(always)]
pub fn log_f64<V: Double>(x: V) -> V {
    let (k, f) = split(x);
    let (half_square, tail) = parts(f);
    let low = (half_square + tail.0) * tail.1;
    let y = k.mul_add(x.of(LN2_LOW), low);
    let y = k.mul_add(x.of(LN2_HIGH), f - (half_square - y));
    edges(x, y, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 0.0)
}

/// log₂ x in f32.
#[inline(always)]
pub fn log2_f32<V: Single>(x: V) -> V {
    wide!(x, log2_f64)
}

/// log₂ x in f64.
#[inline(always)]
pub fn log2_f64<V: Double>(x: V) -> V {
    let (k, f) = split(x);
    let (half_square, tail) = parts(f);
    let high = f - half_square;
    let low = (f - high) - half_square + (half_square + tail.0) * tail.1;
    // (high + low)·log₂e as a sum of two, then k is added with its rounding error kept.
    let product = high * x.of(LOG2E);
    let rest = high.mul_add(x.of(LOG2E), -product) + low.mul_add(x.of(LOG2E), high * x.of(LOG2E_REST));
    let sum = k + product;
    let lost = V::pick(k.eq(x.of(0.0)), x.of(0.0), (k - sum) + product);
    edges(x, sum + (rest + lost), f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 0.0)
}

/// ln(1 + x) in f32.
#[inline(always)]
pub fn log1p_f32<V: Single>(x: V) -> V {
    wide!(x, log1p_f64)
}

/// ln(1 + x) in f64.
#[inline(always)]
pub fn log1p_f64<V: Double>(x: V) -> V {
    let one = x.of(1.0);
    let u = one + x;
    // What the sum lost, whichever of the two is larger.
    let back = u - one;
    let lost = (one - (u - back)) + (x - back);
    let (k, f) = split(u);
    let (half_square, tail) = parts(f);
    let low = (half_square + tail.0).mul_add(tail.1, lost / u);
    let y = k.mul_add(x.of(LN2_LOW), low);
    let y = k.mul_add(x.of(LN2_HIGH), f - (half_square - y));
    let y = edges(u, y, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 0.0);
    V::pick(x.abs().lt(x.of(1e-17)), x, y)
}

/// k and f of x = 2ᵏ·(1 + f), for positive finite x.
#[inline(always)]
fn split<V: Double>(x: V) -> (V, V) {
    let subnormal = x.lt(x.of(f64::MIN_POSITIVE));
    let scaled = V::pick(subnormal, x * x.of(18014398509481984.0), x);
    let start = scaled.to_bits();
    let moved = start.add(start.of(0x3ff0_0000_0000_0000 - 0x3fe6_a09e_667f_3bcd));
    let m = V::from_bits(moved.and(start.of(0x000f_ffff_ffff_ffff)).add(start.of(0x3fe6_a09e_667f_3bcd)));
    let k = V::from_bits(moved.shr(52).or(start.of(0x4330_0000_0000_0000))) - x.of(4503599627370496.0 + 1023.0);
    (V::pick(subnormal, k - x.of(54.0), k), m - x.of(1.0))
}

/// f²/2, and R(s²) with s.
#[inline(always)]
fn parts<V: Double>(f: V) -> (V, (V, V)) {
    let s = f / (f + f.of(2.0));
    let z = s * s;
    (f * f * f.of(0.5), (z * poly(z, &R), s))
}

/// The answers outside the positive finite numbers.
#[inline(always)]
fn edges<V: Vector>(x: V, y: V, inf: V::Elem, neg_inf: V::Elem, nan: V::Elem, zero: V::Elem) -> V {
    let zero = x.of(zero);
    let y = V::pick(x.eq(x.of(inf)), x, y);
    let y = V::pick(x.lt(zero).or(x.unordered()), x.of(nan), y);
    V::pick(x.eq(zero), x.of(neg_inf), y)
}
