//! Hyperbolic functions and their inverses.

use super::super::vector::{Double, Single, Vector};
use super::{exp_f32, exp_f64, expm1_f64, log_f64, log1p_f64, poly, wide};

/// (tanh x / x − 1) / x² in x², for |x| < 0.625
const T: [f64; 13] = [
    -0.3333333333333333,
    0.1333333333333332,
    -0.05396825396823573,
    0.021869488535124274,
    -0.008863235499567353,
    0.003592127503982188,
    -0.0014558283645951344,
    0.0005899815905338661,
    -0.00023888848777076985,
    9.603840394270472e-05,
    -3.707630062798862e-05,
    1.2205070696543997e-05,
    -2.4366763192580156e-06,
];
const T_F32: [f32; 6] = [-0.33333334, 0.13333303, -0.053959228, 0.021768667, -0.008343119, 0.0022918095];

/// tanh x in f32.
#[inline(always)]
pub fn tanh_f32<V: Single>(x: V) -> V {
    let a = x.abs();
    let z = x * x;
    let near = (x * z).mul_add(poly(z, &T_F32), x);
    let far = x.of(1.0) - x.of(2.0) / (exp_f32(a + a) + x.of(1.0));
    // The sign at the end: near zero the sum loses that of −0.
    V::pick(a.lt(x.of(0.625)), near, far).copysign(x)
}

/// tanh x in f64.
#[inline(always)]
pub fn tanh_f64<V: Double>(x: V) -> V {
    let a = x.abs();
    let z = x * x;
    let near = (x * z).mul_add(poly(z, &T), x);
    let far = x.of(1.0) - x.of(2.0) / (exp_f64(a + a) + x.of(1.0));
    // The sign at the end: near zero the sum loses that of −0.
    V::pick(a.lt(x.of(0.625)), near, far).copysign(x)
}

/// sinh x in f32.
#[inline(always)]
pub fn sinh_f32<V: Single>(x: V) -> V {
    wide!(x, |x| {
        // Far beyond f32's range, and e / (e + 1) stays a number.
        let e = expm1_f64(x.abs().clamp(0.0, 200.0));
        ((e + e / (e + x.of(1.0))) * x.of(0.5)).copysign(x)
    })
}

/// sinh x in f64.
#[inline(always)]
pub fn sinh_f64<V: Double>(x: V) -> V {
    x.each(libm::sinh)
}

/// cosh x in f32.
#[inline(always)]
pub fn cosh_f32<V: Single>(x: V) -> V {
    wide!(x, |x| {
        let e = exp_f64(x.abs());
        (e + x.of(1.0) / e) * x.of(0.5)
    })
}

/// cosh x in f64.
#[inline(always)]
pub fn cosh_f64<V: Double>(x: V) -> V {
    x.each(libm::cosh)
}

/// Inverse of sinh in f32.
#[inline(always)]
pub fn asinh_f32<V: Single>(x: V) -> V {
    wide!(x, |x| {
        let a = x.abs();
        let z = a * a;
        let y = log1p_f64(a + z / (x.of(1.0) + (z + x.of(1.0)).sqrt()));
        V::Wide::pick(a.lt(x.of(f64::INFINITY)), y, a).copysign(x)
    })
}

/// Inverse of sinh in f64.
#[inline(always)]
pub fn asinh_f64<V: Double>(x: V) -> V {
    x.each(libm::asinh)
}

/// Inverse of cosh in f32; NaN below 1.
#[inline(always)]
pub fn acosh_f32<V: Single>(x: V) -> V {
    wide!(x, |x| {
        let t = x - x.of(1.0);
        let near = log1p_f64(t + (t * (t + x.of(2.0))).sqrt());
        let y = V::Wide::pick(x.lt(x.of(1e9)), near, log_f64(x) + x.of(std::f64::consts::LN_2));
        V::Wide::pick(t.lt(x.of(0.0)), x.of(f64::NAN), y)
    })
}

/// Inverse of cosh in f64; NaN below 1.
#[inline(always)]
pub fn acosh_f64<V: Double>(x: V) -> V {
    x.each(|x| if x < 1.0 { f64::NAN } else { libm::acosh(x) })
}

/// Inverse of tanh in f32.
#[inline(always)]
pub fn atanh_f32<V: Single>(x: V) -> V {
    wide!(x, |x| {
        let a = x.abs();
        (log1p_f64((a + a) / (x.of(1.0) - a)) * x.of(0.5)).copysign(x)
    })
}

/// Inverse of tanh in f64.
#[inline(always)]
pub fn atanh_f64<V: Double>(x: V) -> V {
    x.each(libm::atanh)
}
