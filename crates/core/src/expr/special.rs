//! Special functions in f64 that neither the standard library nor `libm` has.

use std::f64::consts::{FRAC_2_SQRT_PI, PI};

/// `1 / (1 + e⁻ˣ)`
pub(super) fn sigmoid(x: f64) -> f64 {
    let e = (-x.abs()).exp();
    if x >= 0.0 || x.is_nan() { 1.0 / (1.0 + (-x).exp()) } else { e / (1.0 + e) }
}

/// The inverse of erf, by Newton's method on erf or, in the tails, on log erfc.
pub(super) fn erfinv(x: f64) -> f64 {
    let size = x.abs();
    if size >= 1.0 || size.is_nan() || size == 0.0 {
        return if size == 1.0 {
            x * f64::INFINITY
        } else if size == 0.0 {
            x
        } else {
            f64::NAN
        };
    }
    // Winitzki's approximation, good to two digits everywhere.
    let log = ((1.0 - size) * (1.0 + size)).ln();
    let t = 2.0 / (PI * 0.147) + 0.5 * log;
    let mut y = ((t * t - log / 0.147).sqrt() - t).max(0.0).sqrt();
    for _ in 0..6 {
        if size < 0.9 {
            y -= (libm::erf(y) - size) / (FRAC_2_SQRT_PI * (-y * y).exp());
        } else {
            let tail = libm::erfc(y);
            y += tail * (tail / (1.0 - size)).ln() / (FRAC_2_SQRT_PI * (-y * y).exp());
        }
    }
    y.copysign(x)
}

/// The derivative of log Γ: reflection below 0, the recurrence, then the asymptotic series.
pub(super) fn digamma(x: f64) -> f64 {
    if x == 0.0 {
        return f64::NEG_INFINITY.copysign(-x);
    }
    if x < 0.0 {
        if x == x.floor() {
            return f64::NAN;
        }
        // tan has period 1 in units of π: reduce before multiplying.
        return digamma(1.0 - x) - PI / (PI * (x - x.round())).tan();
    }
    let (mut x, mut sum) = (x, 0.0);
    while x < 10.0 {
        sum -= 1.0 / x;
        x += 1.0;
    }
    if x.is_infinite() {
        return x;
    }
    let r = 1.0 / (x * x);
    let coefficients = [-1.0 / 12.0, 691.0 / 32760.0, -1.0 / 132.0, 1.0 / 240.0, -1.0 / 252.0, 1.0 / 120.0, -1.0 / 12.0];
    sum + x.ln() - 0.5 / x + coefficients.iter().fold(0.0, |s, c| s * r + c) * r
}
