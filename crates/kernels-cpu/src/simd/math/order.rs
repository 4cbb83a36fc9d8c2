//! The lesser and the greater of two: NaN if either is, and −0 below +0.

use super::super::vector::{Bits, Vector};

/// The lesser of two.
#[inline(always)]
pub fn least<V: Vector>(x: V, y: V) -> V {
    let r = V::pick(x.eq(y), V::from_bits(x.to_bits().or(y.to_bits())), x.min(y));
    V::pick(x.unordered(), x, r)
}

/// The greater of two.
#[inline(always)]
pub fn greatest<V: Vector>(x: V, y: V) -> V {
    let r = V::pick(x.eq(y), V::from_bits(x.to_bits().and(y.to_bits())), x.max(y));
    V::pick(x.unordered(), x, r)
}
