//! Element types as numbers: the wider type that each accumulates in, and its limits.

use crate::Element;

/// A type to accumulate in. Integers wrap.
pub trait Wide: Element {
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// Below (or equal to) every value: −∞ for floats.
    const LOWEST: Self;
    /// Above (or equal to) every value: ∞ for floats.
    const HIGHEST: Self;
    /// `self + other`
    fn plus(self, other: Self) -> Self;
    /// `self * other`
    fn times(self, other: Self) -> Self;
    /// Is it NaN?
    fn nan(self) -> bool;

    /// The larger one; NaN if one is.
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        if self > other || self.nan() { self } else { other }
    }

    /// The smaller one; NaN if one is.
    #[inline(always)]
    fn smaller(self, other: Self) -> Self {
        if self < other || self.nan() { self } else { other }
    }
}

macro_rules! wide_float {
    ($($t:ident)*) => { $(impl Wide for $t {
        const ZERO: Self = 0.0;
        const ONE: Self = 1.0;
        const LOWEST: Self = $t::NEG_INFINITY;
        const HIGHEST: Self = $t::INFINITY;
        #[inline(always)] fn plus(self, other: Self) -> Self { self + other }
        #[inline(always)] fn times(self, other: Self) -> Self { self * other }
        #[inline(always)] fn nan(self) -> bool { self != self }
    })* };
}
macro_rules! wide_int {
    ($($t:ident)*) => { $(impl Wide for $t {
        const ZERO: Self = 0;
        const ONE: Self = 1;
        const LOWEST: Self = $t::MIN;
        const HIGHEST: Self = $t::MAX;
        #[inline(always)] fn plus(self, other: Self) -> Self { self.wrapping_add(other) }
        #[inline(always)] fn times(self, other: Self) -> Self { self.wrapping_mul(other) }
        #[inline(always)] fn nan(self) -> bool { false }
    })* };
}
wide_float!(f32 f64);
wide_int!(i32 i64 u32 u64);

/// An element type with the type it accumulates in: halves in f32, narrow integers in 32 bits.
pub trait Number: Element {
    /// The type to accumulate in.
    type Wide: Wide;
    /// The lowest finite value.
    const MIN: Self;
    /// The highest finite value.
    const MAX: Self;
    /// As the wider type.
    fn widen(self) -> Self::Wide;
    /// From the wider type: floats round, integers wrap.
    fn narrow(x: Self::Wide) -> Self;
    /// `self < other`, with NaN after everything else.
    #[inline(always)]
    fn before(self, other: Self) -> bool {
        let (a, b) = (self.widen(), other.widen());
        a < b || (b.nan() && !a.nan())
    }
}

macro_rules! number {
    ($($t:ident $w:ident),*) => { $(impl Number for $t {
        type Wide = $w;
        const MIN: Self = $t::MIN;
        const MAX: Self = $t::MAX;
        #[inline(always)] fn widen(self) -> $w { self as $w }
        #[inline(always)] fn narrow(x: $w) -> Self { x as $t }
    })* };
}
number!(f32 f32, f64 f64, i8 i32, i16 i32, i32 i32, i64 i64, u8 u32, u16 u32, u32 u32, u64 u64);

impl Number for half::f16 {
    type Wide = f32;
    const MIN: Self = half::f16::MIN;
    const MAX: Self = half::f16::MAX;
    #[inline(always)]
    fn widen(self) -> f32 {
        self.to_f32()
    }
    #[inline(always)]
    fn narrow(x: f32) -> Self {
        half::f16::from_f32(x)
    }
}

impl Number for half::bf16 {
    type Wide = f32;
    const MIN: Self = half::bf16::MIN;
    const MAX: Self = half::bf16::MAX;
    #[inline(always)]
    fn widen(self) -> f32 {
        f32::from_bits(u32::from(self.to_bits()) << 16)
    }
    #[inline(always)]
    fn narrow(x: f32) -> Self {
        half::bf16::from_f32(x)
    }
}
