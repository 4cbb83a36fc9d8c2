//! Powers, as C's `pow` has them at the edges.

use super::super::vector::{Double, Mask, Single};
use super::{exp2_f64, log2_f64, wide};

/// xʸ in f32.
#[inline(always)]
pub fn pow_f32<V: Single>(x: V, y: V) -> V {
    wide!(x, y, power)
}

/// xʸ in f64.
#[inline(always)]
pub fn pow_f64<V: Double>(x: V, y: V) -> V {
    x.each2(y, libm::pow)
}

/// 2^(y·log₂|x|) with the sign and the edges put right; exact enough for f32 results.
#[inline(always)]
fn power<V: Double>(x: V, y: V) -> V {
    let (zero, one, infinity) = (x.of(0.0), x.of(1.0), x.of(f64::INFINITY));
    let a = x.abs();
    let r = exp2_f64(y * log2_f64(a));
    let integral = y.floor().eq(y);
    let half = y * x.of(0.5);
    let odd = V::pick(integral, half, zero);
    let odd = odd.floor().lt(odd);
    let r = V::pick(odd, r.copysign(x), r);
    let no_root = V::pick(integral, zero, one).eq(one).and(x.lt(zero)).and(a.lt(infinity)).and(y.abs().lt(infinity));
    let r = V::pick(no_root, x.of(f64::NAN), r);
    let r = V::pick(x.unordered().or(y.unordered()), x + y, r);
    let unit = x.eq(one).or(y.eq(zero)).or(a.eq(one).and(y.abs().eq(infinity)));
    V::pick(unit, one, r)
}
