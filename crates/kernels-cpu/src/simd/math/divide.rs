//! Remainders and rounded-down quotients of floats, as Python and NumPy have them; one lane at a time.

use super::super::vector::{Double, Single};

/// C's `fmod`: the sign is that of `x`.
#[inline(always)]
pub fn rem_f32<V: Single>(x: V, y: V) -> V {
    x.each2(y, |x, y| x % y)
}

/// C's `fmod`: the sign is that of `x`.
#[inline(always)]
pub fn rem_f64<V: Double>(x: V, y: V) -> V {
    x.each2(y, |x, y| x % y)
}

/// Remainder with the sign of `y`.
#[inline(always)]
pub fn modulo_f32<V: Single>(x: V, y: V) -> V {
    x.each2(y, |x, y| {
        let r = x % y;
        if r == 0.0 {
            if y == 0.0 { r } else { 0f32.copysign(y) }
        } else if (r < 0.0) != (y < 0.0) {
            r + y
        } else {
            r
        }
    })
}

/// Remainder with the sign of `y`.
#[inline(always)]
pub fn modulo_f64<V: Double>(x: V, y: V) -> V {
    x.each2(y, |x, y| {
        let r = x % y;
        if r == 0.0 {
            if y == 0.0 { r } else { 0f64.copysign(y) }
        } else if (r < 0.0) != (y < 0.0) {
            r + y
        } else {
            r
        }
    })
}

/// Quotient rounded down, exact where `x / y` would round up to an integer.
#[inline(always)]
pub fn floor_div_f32<V: Single>(x: V, y: V) -> V {
    x.each2(y, |x, y| floor_div(f64::from(x), f64::from(y), f64::from(x % y)) as f32)
}

/// Quotient rounded down, exact where `x / y` would round up to an integer.
#[inline(always)]
pub fn floor_div_f64<V: Double>(x: V, y: V) -> V {
    x.each2(y, |x, y| floor_div(x, y, x % y))
}

/// From the remainder r of x by y, so that (x − r)/y is all but integral.
#[inline(always)]
fn floor_div(x: f64, y: f64, r: f64) -> f64 {
    if y == 0.0 {
        return x / y;
    }
    let q = (x - r) / y;
    let q = if r != 0.0 && (r < 0.0) != (y < 0.0) { q - 1.0 } else { q };
    if q == 0.0 { 0f64.copysign(x / y) } else { q.round_ties_even() }
}
