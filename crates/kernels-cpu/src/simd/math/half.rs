//! Rounding of f32 to the numbers that f16 and bf16 have: to nearest, ties to even.

use super::super::vector::{Bits, Mask, Single};

/// The nearest bf16, as f32.
#[inline(always)]
pub fn round_bf16<V: Single>(x: V) -> V {
    // At bit 16; a carry runs into the exponent, up to infinity.
    let bits = x.to_bits();
    let up = bits.add(bits.of(0x7fff)).add(bits.shr(16).and(bits.of(1)));
    V::pick(x.unordered(), x.of(f32::NAN), V::from_bits(up.and(bits.of(0xffff_0000))))
}

/// The nearest f16, as f32.
#[inline(always)]
pub fn round_f16<V: Single>(x: V) -> V {
    let a = x.abs();
    let bits = a.to_bits();
    let up = bits.add(bits.of(0x0fff)).add(bits.shr(13).and(bits.of(1)));
    let y = V::from_bits(up.and(bits.of(0xffff_e000)));
    // Below 2⁻¹⁴ the steps are 2⁻²⁴, which is the ulp of ½.
    let small = (a + x.of(0.5)) - x.of(0.5);
    let y = V::pick(a.lt(x.of(6.103_515_6e-5)), small, y);
    let y = V::pick(x.of(65504.0).lt(y), x.of(f32::INFINITY), y).copysign(x);
    V::pick(x.unordered().or(a.eq(x.of(f32::INFINITY))), x, y)
}
