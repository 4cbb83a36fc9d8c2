//! Sine, cosine and tangent: x = n·π/2 + r with |r| ≤ π/4 and r kept as a sum of two. Beyond 2²⁰ the scalar
//! function of `libm` reduces exactly; the choice depends on the lane's value only.
//! Coefficients are Chebyshev fits from `tests/golden/fit_polynomials.py`.

use super::super::vector::{Bits, Double, Mask, Single, Vector};
use super::{poly, wide};

/// π/2 in three parts; n times the first is exact.
const PIO2_1: f64 = 1.5707963267341256;
const PIO2_2: f64 = 6.077100506506192e-11;
const PIO2_3: f64 = 3.5215598651832e-27;
const LARGE: f64 = 1048576.0;

/// (sin r / r − 1) / r² in r²
const S: [f64; 7] = [
    -0.16666666666666666,
    0.008333333333333331,
    -0.0001984126984126506,
    2.7557319219335453e-06,
    -2.5052106231157904e-08,
    1.605853141458901e-10,
    -7.586685070091267e-13,
];
/// (cos r − 1 + r²/2) / r⁴ in r²
const C: [f64; 7] = [
    0.041666666666666664,
    -0.0013888888888888887,
    2.4801587301584645e-05,
    -2.755731922140076e-07,
    2.0876755790363397e-09,
    -1.1470460773969325e-11,
    4.7458652037874553e-14,
];

/// sin x in f32.
#[inline(always)]
pub fn sin_f32<V: Single>(x: V) -> V {
    wide!(x, sin_f64)
}

/// sin x in f64.
#[inline(always)]
pub fn sin_f64<V: Double>(x: V) -> V {
    let (n, r, low) = reduce(x);
    let y = quadrant(n, sine(r, low), cosine(r, low));
    let y = V::pick(x.eq(x.of(0.0)), x, y);
    patch(x, y, libm::sin)
}

/// cos x in f32.
#[inline(always)]
pub fn cos_f32<V: Single>(x: V) -> V {
    wide!(x, cos_f64)
}

/// cos x in f64.
#[inline(always)]
pub fn cos_f64<V: Double>(x: V) -> V {
    let (n, r, low) = reduce(x);
    let y = quadrant(n + x.of(1.0), sine(r, low), cosine(r, low));
    patch(x, y, libm::cos)
}

/// tan x in f32.
#[inline(always)]
pub fn tan_f32<V: Single>(x: V) -> V {
    wide!(x, |x| {
        let (n, r, low) = reduce(x);
        let (s, c) = (sine(r, low), cosine(r, low));
        let y = V::Wide::pick(odd(n), -(c / s), s / c);
        let y = V::Wide::pick(x.eq(x.of(0.0)), x, y);
        patch(x, y, libm::tan)
    })
}

/// tan x in f64.
#[inline(always)]
pub fn tan_f64<V: Double>(x: V) -> V {
    x.each(libm::tan)
}

/// n, and r as a sum of two.
#[inline(always)]
fn reduce<V: Double>(x: V) -> (V, V, V) {
    let n = (x * x.of(std::f64::consts::FRAC_2_PI)).round_even();
    let t = n.neg_mul_add(x.of(PIO2_1), x);
    let w = n * x.of(PIO2_2);
    let w_low = n.mul_add(x.of(PIO2_2), -w);
    let r = t - w;
    let back = r - t;
    let low = (t - (r - back)) - (w + back);
    (n, r, low - n.mul_add(x.of(PIO2_3), w_low))
}

/// sin(r + low)
#[inline(always)]
fn sine<V: Double>(r: V, low: V) -> V {
    let z = r * r;
    let turned = z.mul_add(r.of(-0.5), r.of(1.0)) * low;
    r + (r * z).mul_add(poly(z, &S), turned)
}

/// cos(r + low)
#[inline(always)]
fn cosine<V: Double>(r: V, low: V) -> V {
    let z = r * r;
    let half = z * r.of(0.5);
    let top = r.of(1.0) - half;
    top + (((r.of(1.0) - top) - half) + (z * z).mul_add(poly(z, &C), -(r * low)))
}

/// Where the integral n is odd.
#[inline(always)]
fn odd<V: Double>(n: V) -> V::Mask {
    let half = n * n.of(0.5);
    half.floor().lt(half)
}

/// sin of quadrant n from the two functions of r.
#[inline(always)]
fn quadrant<V: Double>(n: V, sine: V, cosine: V) -> V {
    let y = V::pick(odd(n), cosine, sine);
    // Bit 1 of n, moved to the sign.
    let bits = (n + n.of(6755399441055744.0)).to_bits();
    let sign = bits.and(bits.of(2)).shl(62);
    V::from_bits(y.to_bits().xor(sign))
}

/// Replaces lanes of large x by the scalar function.
#[inline(always)]
fn patch<V: Double>(x: V, y: V, scalar: fn(f64) -> f64) -> V {
    let large = x.of(LARGE).lt(x.abs()).and(x.abs().lt(x.of(f64::INFINITY)));
    // Other lanes are given 0, for which the scalar functions are quick.
    if large.any() { V::pick(large, V::pick(large, x, x.of(0.0)).each(scalar), y) } else { y }
}
