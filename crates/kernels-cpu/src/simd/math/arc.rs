//! Inverse trigonometric functions. The f32 forms share one arc tangent in f64, exact to f32's needs only.

use std::f64::consts::{FRAC_PI_2, PI};

use super::super::vector::{Double, Mask, Single, Vector};
use super::{poly, wide};

/// (atan t / t − 1) / t² in t², for t in 0 ..= 1
const A: [f64; 15] = [
    -0.3333333333330664,
    0.19999999987965297,
    -0.14285713377825143,
    0.11111083846317626,
    -0.09090476155601261,
    0.0768811975092941,
    -0.06639835675808445,
    0.05762152921856224,
    -0.04872070415086815,
    0.03810573400213365,
    -0.02572504806647273,
    0.013843810222315903,
    -0.00540822016384222,
    0.001338327524789456,
    -0.00015571561601700985,
];

/// Arc sine in f32; NaN outside −1 ..= 1.
#[inline(always)]
pub fn asin_f32<V: Single>(x: V) -> V {
    wide!(x, |x| {
        let one = x.of(1.0);
        angle(x, ((one - x) * (one + x)).sqrt())
    })
}

/// Arc sine in f64; NaN outside −1 ..= 1.
#[inline(always)]
pub fn asin_f64<V: Double>(x: V) -> V {
    x.each(libm::asin)
}

/// Arc cosine in f32; NaN outside −1 ..= 1.
#[inline(always)]
pub fn acos_f32<V: Single>(x: V) -> V {
    wide!(x, |x| {
        let one = x.of(1.0);
        angle((one - x).sqrt(), (one + x).sqrt()) * x.of(2.0)
    })
}

/// Arc cosine in f64; NaN outside −1 ..= 1.
#[inline(always)]
pub fn acos_f64<V: Double>(x: V) -> V {
    x.each(libm::acos)
}

/// Arc tangent in f32.
#[inline(always)]
pub fn atan_f32<V: Single>(x: V) -> V {
    wide!(x, |x| angle(x, x.of(1.0)))
}

/// Arc tangent in f64.
#[inline(always)]
pub fn atan_f64<V: Double>(x: V) -> V {
    x.each(libm::atan)
}

/// Angle of the point (x, y) in f32.
#[inline(always)]
pub fn atan2_f32<V: Single>(y: V, x: V) -> V {
    wide!(y, x, |y, x| {
        let r = angle(y, x.abs());
        let left = x.of(PI).copysign(y) - r;
        // −0 lies to the left as well: the sign counts, not the order.
        V::Wide::pick(x.of(1.0).copysign(x).lt(x.of(0.0)).and(x.eq(x)), left, r)
    })
}

/// Angle of the point (x, y) in f64.
#[inline(always)]
pub fn atan2_f64<V: Double>(y: V, x: V) -> V {
    y.each2(x, libm::atan2)
}

/// Angle of the point (x, y) with x ≥ 0, to about 1e-12.
#[inline(always)]
fn angle<V: Double>(y: V, x: V) -> V {
    let a = y.abs();
    let steep = x.lt(a);
    let (low, high) = (V::pick(steep, x, a), V::pick(steep, a, x));
    let t = low / high;
    let same = low.eq(high);
    // 0/0 and ∞/∞ are 0 and 45 degrees.
    let t = V::pick(same, V::pick(low.eq(x.of(0.0)), x.of(0.0), x.of(1.0)), t);
    let z = t * t;
    let r = (t * z).mul_add(poly(z, &A), t);
    let r = V::pick(steep, x.of(FRAC_PI_2) - r, r);
    V::pick(y.unordered().or(x.unordered()), y + x, r.copysign(y))
}
