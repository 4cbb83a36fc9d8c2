//! WebAssembly's vectors of 128 bits, which stand for the plain level there. The module is compiled for them, so nothing
//! has to be detected.
//!
//! WebAssembly has no fused multiplication and addition. `mul_add` keeps its promise to round once by scalar code, which
//! elementary functions need for their last bits; sums of products take [`Vector::plus_product`].
#![expect(unsafe_code, reason = "loads and stores through pointers, whose bounds are checked before")]

use core::arch::wasm32::*;
use std::ops::{Add, Div, Mul, Neg, Sub};

use super::fused;
use super::level::Level;
use super::vector::{Bits, Double, Isa, Kernel, Mask, Single, Vector};

/// The token of the plain level.
#[derive(Clone, Copy)]
pub struct Portable;

impl Isa for Portable {
    const LEVEL: Level = Level::Portable;
    type F32 = F32x4;
    type F64 = F64x2;

    #[inline(always)]
    fn detect() -> Option<Self> {
        Some(Self)
    }

    #[inline(always)]
    unsafe fn assume() -> Self {
        Self
    }

    #[inline(always)]
    fn enter<K: Kernel>(self, kernel: K) -> K::Output {
        kernel.run(self)
    }
}

/// Lanes that are all ones or all zeros.
#[derive(Clone, Copy)]
pub struct Truth(v128);

impl Mask for Truth {
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(v128_and(self.0, other.0))
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(v128_or(self.0, other.0))
    }

    #[inline(always)]
    fn any(self) -> bool {
        v128_any_true(self.0)
    }
}

/// The vector and the bit patterns of a float; the instructions of f32 and f64 differ in their names only.
macro_rules! vectors {
    (
        $vector:ident of $lanes:literal $float:ident, $bits:ident of $word:ident as $signed:ident, $nearest:path,
        $splat:path, $add:path, $sub:path, $mul:path, $div:path, $neg:path, $abs:path, $sqrt:path, $floor:path, $ceil:path,
        $trunc:path, $pmin:path, $pmax:path, $lt:path, $le:path, $eq:path,
        $splat_bits:path, $add_bits:path, $sub_bits:path, $shl:path, $shr:path
    ) => {
        #[doc = concat!("Vector of ", stringify!($float), ".")]
        #[derive(Clone, Copy)]
        pub struct $vector(v128);

        #[doc = concat!("Vector of ", stringify!($word), ".")]
        #[derive(Clone, Copy)]
        pub struct $bits(v128);

        impl Add for $vector {
            type Output = Self;
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                Self($add(self.0, other.0))
            }
        }

        impl Sub for $vector {
            type Output = Self;
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                Self($sub(self.0, other.0))
            }
        }

        impl Mul for $vector {
            type Output = Self;
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                Self($mul(self.0, other.0))
            }
        }

        impl Div for $vector {
            type Output = Self;
            #[inline(always)]
            fn div(self, other: Self) -> Self {
                Self($div(self.0, other.0))
            }
        }

        impl Neg for $vector {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                Self($neg(self.0))
            }
        }

        impl Bits for $bits {
            type Elem = $word;

            #[inline(always)]
            fn of(self, value: $word) -> Self {
                Self($splat_bits(value.cast_signed()))
            }

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                Self($add_bits(self.0, other.0))
            }

            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                Self($sub_bits(self.0, other.0))
            }

            #[inline(always)]
            fn and(self, other: Self) -> Self {
                Self(v128_and(self.0, other.0))
            }

            #[inline(always)]
            fn or(self, other: Self) -> Self {
                Self(v128_or(self.0, other.0))
            }

            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                Self(v128_xor(self.0, other.0))
            }

            #[inline(always)]
            fn shl(self, by: u32) -> Self {
                Self($shl(self.0, by))
            }

            #[inline(always)]
            fn shr(self, by: u32) -> Self {
                Self($shr(self.0, by))
            }
        }

        impl $vector {
            #[inline(always)]
            fn to_array(self) -> [$float; $lanes] {
                let mut lanes = [0.0; $lanes];
                self.store(&mut lanes);
                lanes
            }
        }

        impl Vector for $vector {
            type Elem = $float;
            type Mask = Truth;
            type Bits = $bits;
            type Isa = Portable;
            const LANES: usize = $lanes;

            #[inline(always)]
            fn splat(_: Portable, value: $float) -> Self {
                Self($splat(value))
            }

            #[inline(always)]
            fn load(_: Portable, src: &[$float]) -> Self {
                let src = &src[..$lanes];
                // SAFETY: the slice has the elements.
                Self(unsafe { v128_load(src.as_ptr().cast()) })
            }

            #[inline(always)]
            fn store(self, dst: &mut [$float]) {
                let dst = &mut dst[..$lanes];
                // SAFETY: the slice has the elements.
                unsafe { v128_store(dst.as_mut_ptr().cast(), self.0) }
            }

            #[inline(always)]
            fn isa(self) -> Portable {
                Portable
            }

            #[inline(always)]
            fn mul_add(self, factor: Self, addend: Self) -> Self {
                let (a, b, c) = (self.to_array(), factor.to_array(), addend.to_array());
                let fused: [$float; $lanes] = std::array::from_fn(|i| fused::$float(a[i], b[i], c[i]));
                Self::load(Portable, &fused)
            }

            #[inline(always)]
            fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
                (-self).mul_add(factor, addend)
            }

            #[inline(always)]
            fn plus_product(self, a: Self, b: Self) -> Self {
                self + a * b
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                Self($sqrt(self.0))
            }

            #[inline(always)]
            fn floor(self) -> Self {
                Self($floor(self.0))
            }

            #[inline(always)]
            fn ceil(self) -> Self {
                Self($ceil(self.0))
            }

            #[inline(always)]
            fn trunc(self) -> Self {
                Self($trunc(self.0))
            }

            #[inline(always)]
            fn round_even(self) -> Self {
                Self($nearest(self.0))
            }

            #[inline(always)]
            fn abs(self) -> Self {
                Self($abs(self.0))
            }

            #[inline(always)]
            fn copysign(self, sign: Self) -> Self {
                Self(v128_bitselect(sign.0, self.0, $splat(-0.0)))
            }

            // The instructions choose as C++'s std::min and std::max do, from their second argument's side.
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                Self($pmin(other.0, self.0))
            }

            #[inline(always)]
            fn max(self, other: Self) -> Self {
                Self($pmax(other.0, self.0))
            }

            #[inline(always)]
            fn lt(self, other: Self) -> Truth {
                Truth($lt(self.0, other.0))
            }

            #[inline(always)]
            fn le(self, other: Self) -> Truth {
                Truth($le(self.0, other.0))
            }

            #[inline(always)]
            fn eq(self, other: Self) -> Truth {
                Truth($eq(self.0, other.0))
            }

            #[inline(always)]
            fn negate(mask: Truth) -> Truth {
                Truth(v128_not(mask.0))
            }

            #[inline(always)]
            fn pick(mask: Truth, yes: Self, no: Self) -> Self {
                Self(v128_bitselect(yes.0, no.0, mask.0))
            }

            #[inline(always)]
            fn to_bits(self) -> $bits {
                $bits(self.0)
            }

            #[inline(always)]
            fn from_bits(bits: $bits) -> Self {
                Self(bits.0)
            }
        }
    };
}

vectors!(
    F32x4 of 4 f32, U32x4 of u32 as i32, f32x4_nearest,
    f32x4_splat, f32x4_add, f32x4_sub, f32x4_mul, f32x4_div, f32x4_neg, f32x4_abs, f32x4_sqrt, f32x4_floor, f32x4_ceil,
    f32x4_trunc, f32x4_pmin, f32x4_pmax, f32x4_lt, f32x4_le, f32x4_eq,
    i32x4_splat, i32x4_add, i32x4_sub, i32x4_shl, u32x4_shr
);

vectors!(
    F64x2 of 2 f64, U64x2 of u64 as i64, f64x2_nearest,
    f64x2_splat, f64x2_add, f64x2_sub, f64x2_mul, f64x2_div, f64x2_neg, f64x2_abs, f64x2_sqrt, f64x2_floor, f64x2_ceil,
    f64x2_trunc, f64x2_pmin, f64x2_pmax, f64x2_lt, f64x2_le, f64x2_eq,
    i64x2_splat, i64x2_add, i64x2_sub, i64x2_shl, u64x2_shr
);

impl Double for F64x2 {}

impl Single for F32x4 {
    type Wide = F64x2;

    #[inline(always)]
    fn widen(self) -> (F64x2, F64x2) {
        let upper = i32x4_shuffle::<2, 3, 2, 3>(self.0, self.0);
        (F64x2(f64x2_promote_low_f32x4(self.0)), F64x2(f64x2_promote_low_f32x4(upper)))
    }

    #[inline(always)]
    fn narrow(low: F64x2, high: F64x2) -> Self {
        let (low, high) = (f32x4_demote_f64x2_zero(low.0), f32x4_demote_f64x2_zero(high.0));
        Self(i32x4_shuffle::<0, 1, 4, 5>(low, high))
    }
}
