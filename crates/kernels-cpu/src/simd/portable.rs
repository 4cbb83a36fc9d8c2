//! Vectors as plain arrays: for machines without a better level, and the yardstick for the others. They are as short
//! as the traits allow, because unrolled scalar code is all they become.

use std::array::from_fn;
use std::ops::{Add, Div, Mul, Neg, Sub};

use super::level::Level;
use super::vector::{Bits, Double, Isa, Kernel, Mask, Single, Vector};

/// The token of the plain level.
#[derive(Clone, Copy)]
pub struct Portable;

impl Isa for Portable {
    const LEVEL: Level = Level::Portable;
    type F32 = Lanes<f32, 2>;
    type F64 = Lanes<f64, 1>;

    #[inline(always)]
    fn detect() -> Option<Self> {
        Some(Self)
    }

    #[expect(unsafe_code, reason = "the trait asks for it; nothing is needed here")]
    #[inline(always)]
    unsafe fn assume() -> Self {
        Self
    }

    #[inline(always)]
    fn enter<K: Kernel>(self, kernel: K) -> K::Output {
        kernel.run(self)
    }
}

/// `N` values side by side.
#[derive(Clone, Copy)]
pub struct Lanes<T, const N: usize>([T; N]);

impl<T: Copy, const N: usize> Lanes<T, N> {
    #[inline(always)]
    fn each<U>(self, f: impl Fn(T) -> U) -> Lanes<U, N> {
        Lanes(self.0.map(f))
    }

    #[inline(always)]
    fn zip<U>(self, other: Self, f: impl Fn(T, T) -> U) -> Lanes<U, N> {
        Lanes(from_fn(|i| f(self.0[i], other.0[i])))
    }
}

impl<const N: usize> Mask for Lanes<bool, N> {
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    #[inline(always)]
    fn any(self) -> bool {
        self.0.contains(&true)
    }
}

/// Operators and methods are the same text for f32 and f64; Rust has no trait over both.
macro_rules! lanes {
    ($float:ty, $word:ty, $n:literal) => {
        impl Add for Lanes<$float, $n> {
            type Output = Self;
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                self.zip(other, |a, b| a + b)
            }
        }

        impl Sub for Lanes<$float, $n> {
            type Output = Self;
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                self.zip(other, |a, b| a - b)
            }
        }

        impl Mul for Lanes<$float, $n> {
            type Output = Self;
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                self.zip(other, |a, b| a * b)
            }
        }

        impl Div for Lanes<$float, $n> {
            type Output = Self;
            #[inline(always)]
            fn div(self, other: Self) -> Self {
                self.zip(other, |a, b| a / b)
            }
        }

        impl Neg for Lanes<$float, $n> {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                self.each(|a| -a)
            }
        }

        impl Bits for Lanes<$word, $n> {
            type Elem = $word;

            #[inline(always)]
            fn of(self, value: $word) -> Self {
                Self([value; $n])
            }

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                self.zip(other, |a, b| a.wrapping_add(b))
            }

            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                self.zip(other, |a, b| a.wrapping_sub(b))
            }

            #[inline(always)]
            fn and(self, other: Self) -> Self {
                self.zip(other, |a, b| a & b)
            }

            #[inline(always)]
            fn or(self, other: Self) -> Self {
                self.zip(other, |a, b| a | b)
            }

            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                self.zip(other, |a, b| a ^ b)
            }

            #[inline(always)]
            fn shl(self, by: u32) -> Self {
                self.each(|a| a << by)
            }

            #[inline(always)]
            fn shr(self, by: u32) -> Self {
                self.each(|a| a >> by)
            }
        }

        impl Vector for Lanes<$float, $n> {
            type Elem = $float;
            type Mask = Lanes<bool, $n>;
            type Bits = Lanes<$word, $n>;
            type Isa = Portable;
            const LANES: usize = $n;

            #[inline(always)]
            fn splat(_: Portable, value: $float) -> Self {
                Self([value; $n])
            }

            #[inline(always)]
            fn load(_: Portable, src: &[$float]) -> Self {
                Self(from_fn(|i| src[i]))
            }

            #[inline(always)]
            fn store(self, dst: &mut [$float]) {
                dst[..$n].copy_from_slice(&self.0);
            }

            #[inline(always)]
            fn isa(self) -> Portable {
                Portable
            }

            #[inline(always)]
            fn mul_add(self, factor: Self, addend: Self) -> Self {
                Self(from_fn(|i| self.0[i].mul_add(factor.0[i], addend.0[i])))
            }

            #[inline(always)]
            fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
                Self(from_fn(|i| (-self.0[i]).mul_add(factor.0[i], addend.0[i])))
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                self.each(|a| a.sqrt())
            }

            #[inline(always)]
            fn floor(self) -> Self {
                self.each(|a| a.floor())
            }

            #[inline(always)]
            fn ceil(self) -> Self {
                self.each(|a| a.ceil())
            }

            #[inline(always)]
            fn trunc(self) -> Self {
                self.each(|a| a.trunc())
            }

            #[inline(always)]
            fn round_even(self) -> Self {
                self.each(|a| a.round_ties_even())
            }

            #[inline(always)]
            fn abs(self) -> Self {
                self.each(|a| a.abs())
            }

            #[inline(always)]
            fn copysign(self, sign: Self) -> Self {
                self.zip(sign, |a, b| a.copysign(b))
            }

            #[inline(always)]
            fn min(self, other: Self) -> Self {
                self.zip(other, |a, b| if a < b { a } else { b })
            }

            #[inline(always)]
            fn max(self, other: Self) -> Self {
                self.zip(other, |a, b| if a > b { a } else { b })
            }

            #[inline(always)]
            fn lt(self, other: Self) -> Self::Mask {
                self.zip(other, |a, b| a < b)
            }

            #[inline(always)]
            fn le(self, other: Self) -> Self::Mask {
                self.zip(other, |a, b| a <= b)
            }

            #[inline(always)]
            fn eq(self, other: Self) -> Self::Mask {
                self.zip(other, |a, b| a == b)
            }

            #[inline(always)]
            fn negate(mask: Self::Mask) -> Self::Mask {
                mask.each(|a| !a)
            }

            #[inline(always)]
            fn pick(mask: Self::Mask, yes: Self, no: Self) -> Self {
                Self(from_fn(|i| if mask.0[i] { yes.0[i] } else { no.0[i] }))
            }

            #[inline(always)]
            fn to_bits(self) -> Self::Bits {
                self.each(|a| a.to_bits())
            }

            #[inline(always)]
            fn from_bits(bits: Self::Bits) -> Self {
                bits.each(|a| <$float>::from_bits(a))
            }
        }
    };
}

lanes!(f32, u32, 2);
lanes!(f64, u64, 1);

impl Double for Lanes<f64, 1> {}

impl Single for Lanes<f32, 2> {
    type Wide = Lanes<f64, 1>;

    #[inline(always)]
    fn widen(self) -> (Self::Wide, Self::Wide) {
        (Lanes([f64::from(self.0[0])]), Lanes([f64::from(self.0[1])]))
    }

    #[inline(always)]
    fn narrow(low: Self::Wide, high: Self::Wide) -> Self {
        Lanes([low.0[0] as f32, high.0[0] as f32])
    }
}
