//! Vectors of 256 bits: AVX2 with FMA.
#![expect(unsafe_code, reason = "intrinsics need the processor's features, which the token proves")]

use std::arch::x86_64::*;
use std::ops::{Add, Div, Mul, Neg, Sub};

use super::level::Level;
use super::vector::{Bits, Double, Isa, Kernel, Mask, Single, Vector};

/// Runs intrinsics on the strength of a token or a vector in scope.
macro_rules! proven {
    ($body:expr) => {{
        // SAFETY: a token, and so a vector, exists only where `detect` saw AVX2 and FMA; slices are checked before.
        unsafe { $body }
    }};
}

/// The token of AVX2 and FMA.
#[derive(Clone, Copy)]
pub struct Avx2(());

impl Isa for Avx2 {
    const LEVEL: Level = Level::Avx2;
    type F32 = F32x8;
    type F64 = F64x4;

    #[inline(always)]
    fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Self(()))
    }

    #[inline(always)]
    unsafe fn assume() -> Self {
        Self(())
    }

    #[inline(always)]
    fn enter<K: Kernel>(self, kernel: K) -> K::Output {
        #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
        fn inside<K: Kernel>(kernel: K, isa: Avx2) -> K::Output {
            kernel.run(isa)
        }
        proven!(inside(kernel, self))
    }
}

/// 8 lanes of f32.
#[derive(Clone, Copy)]
pub struct F32x8(__m256);

/// 8 truth values, all bits of a lane set or none.
#[derive(Clone, Copy)]
pub struct M32x8(__m256);

/// 8 bit patterns.
#[derive(Clone, Copy)]
pub struct U32x8(__m256i);

impl Add for F32x8 {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        proven!(Self(_mm256_add_ps(self.0, other.0)))
    }
}

impl Sub for F32x8 {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        proven!(Self(_mm256_sub_ps(self.0, other.0)))
    }
}

impl Mul for F32x8 {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        proven!(Self(_mm256_mul_ps(self.0, other.0)))
    }
}

impl Div for F32x8 {
    type Output = Self;

    #[inline(always)]
    fn div(self, other: Self) -> Self {
        proven!(Self(_mm256_div_ps(self.0, other.0)))
    }
}

impl Neg for F32x8 {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        proven!(Self(_mm256_xor_ps(self.0, _mm256_set1_ps(-0.0))))
    }
}

impl Mask for M32x8 {
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        proven!(Self(_mm256_and_ps(self.0, other.0)))
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        proven!(Self(_mm256_or_ps(self.0, other.0)))
    }

    #[inline(always)]
    fn any(self) -> bool {
        proven!(_mm256_movemask_ps(self.0)) != 0
    }
}

impl Bits for U32x8 {
    type Elem = u32;

    #[inline(always)]
    fn of(self, value: u32) -> Self {
        proven!(Self(_mm256_set1_epi32(value.cast_signed())))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        proven!(Self(_mm256_add_epi32(self.0, other.0)))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        proven!(Self(_mm256_sub_epi32(self.0, other.0)))
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        proven!(Self(_mm256_and_si256(self.0, other.0)))
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        proven!(Self(_mm256_or_si256(self.0, other.0)))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        proven!(Self(_mm256_xor_si256(self.0, other.0)))
    }

    #[inline(always)]
    fn shl(self, by: u32) -> Self {
        proven!(Self(_mm256_sll_epi32(self.0, _mm_cvtsi32_si128(by.cast_signed()))))
    }

    #[inline(always)]
    fn shr(self, by: u32) -> Self {
        proven!(Self(_mm256_srl_epi32(self.0, _mm_cvtsi32_si128(by.cast_signed()))))
    }
}

impl Vector for F32x8 {
    type Elem = f32;
    type Mask = M32x8;
    type Bits = U32x8;
    type Isa = Avx2;
    const LANES: usize = 8;

    #[inline(always)]
    fn splat(_: Avx2, value: f32) -> Self {
        proven!(Self(_mm256_set1_ps(value)))
    }

    #[inline(always)]
    fn load(_: Avx2, src: &[f32]) -> Self {
        let src = &src[..8];
        proven!(Self(_mm256_loadu_ps(src.as_ptr())))
    }

    #[inline(always)]
    fn store(self, dst: &mut [f32]) {
        let dst = &mut dst[..8];
        proven!(_mm256_storeu_ps(dst.as_mut_ptr(), self.0));
    }

    #[inline(always)]
    fn isa(self) -> Avx2 {
        Avx2(())
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        proven!(Self(_mm256_fmadd_ps(self.0, factor.0, addend.0)))
    }

    #[inline(always)]
    fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        proven!(Self(_mm256_fnmadd_ps(self.0, factor.0, addend.0)))
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        proven!(Self(_mm256_sqrt_ps(self.0)))
    }

    #[inline(always)]
    fn floor(self) -> Self {
        proven!(Self(_mm256_round_ps::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>(self.0)))
    }

    #[inline(always)]
    fn ceil(self) -> Self {
        proven!(Self(_mm256_round_ps::<{ _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC }>(self.0)))
    }

    #[inline(always)]
    fn trunc(self) -> Self {
        proven!(Self(_mm256_round_ps::<{ _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC }>(self.0)))
    }

    #[inline(always)]
    fn round_even(self) -> Self {
        proven!(Self(_mm256_round_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(self.0)))
    }

    #[inline(always)]
    fn abs(self) -> Self {
        proven!(Self(_mm256_andnot_ps(_mm256_set1_ps(-0.0), self.0)))
    }

    #[inline(always)]
    fn copysign(self, sign: Self) -> Self {
        proven!({
            let minus = _mm256_set1_ps(-0.0);
            Self(_mm256_or_ps(_mm256_andnot_ps(minus, self.0), _mm256_and_ps(minus, sign.0)))
        })
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        proven!(Self(_mm256_min_ps(self.0, other.0)))
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        proven!(Self(_mm256_max_ps(self.0, other.0)))
    }

    #[inline(always)]
    fn lt(self, other: Self) -> M32x8 {
        proven!(M32x8(_mm256_cmp_ps::<_CMP_LT_OQ>(self.0, other.0)))
    }

    #[inline(always)]
    fn le(self, other: Self) -> M32x8 {
        proven!(M32x8(_mm256_cmp_ps::<_CMP_LE_OQ>(self.0, other.0)))
    }

    #[inline(always)]
    fn eq(self, other: Self) -> M32x8 {
        proven!(M32x8(_mm256_cmp_ps::<_CMP_EQ_OQ>(self.0, other.0)))
    }

    #[inline(always)]
    fn negate(mask: M32x8) -> M32x8 {
        proven!(M32x8(_mm256_xor_ps(mask.0, _mm256_castsi256_ps(_mm256_set1_epi32(-1)))))
    }

    #[inline(always)]
    fn pick(mask: M32x8, yes: Self, no: Self) -> Self {
        proven!(Self(_mm256_blendv_ps(no.0, yes.0, mask.0)))
    }

    #[inline(always)]
    fn to_bits(self) -> U32x8 {
        proven!(U32x8(_mm256_castps_si256(self.0)))
    }

    #[inline(always)]
    fn from_bits(bits: U32x8) -> Self {
        proven!(Self(_mm256_castsi256_ps(bits.0)))
    }
}

impl Single for F32x8 {
    type Wide = F64x4;

    #[inline(always)]
    fn widen(self) -> (F64x4, F64x4) {
        proven!((
            F64x4(_mm256_cvtps_pd(_mm256_castps256_ps128(self.0))),
            F64x4(_mm256_cvtps_pd(_mm256_extractf128_ps::<1>(self.0)))
        ))
    }

    #[inline(always)]
    fn narrow(low: F64x4, high: F64x4) -> Self {
        proven!(Self(_mm256_set_m128(_mm256_cvtpd_ps(high.0), _mm256_cvtpd_ps(low.0))))
    }
}

/// 4 lanes of f64.
#[derive(Clone, Copy)]
pub struct F64x4(__m256d);

/// 4 truth values, all bits of a lane set or none.
#[derive(Clone, Copy)]
pub struct M64x4(__m256d);

/// 4 bit patterns.
#[derive(Clone, Copy)]
pub struct U64x4(__m256i);

impl Add for F64x4 {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        proven!(Self(_mm256_add_pd(self.0, other.0)))
    }
}

impl Sub for F64x4 {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        proven!(Self(_mm256_sub_pd(self.0, other.0)))
    }
}

impl Mul for F64x4 {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        proven!(Self(_mm256_mul_pd(self.0, other.0)))
    }
}

impl Div for F64x4 {
    type Output = Self;

    #[inline(always)]
    fn div(self, other: Self) -> Self {
        proven!(Self(_mm256_div_pd(self.0, other.0)))
    }
}

impl Neg for F64x4 {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        proven!(Self(_mm256_xor_pd(self.0, _mm256_set1_pd(-0.0))))
    }
}

impl Mask for M64x4 {
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        proven!(Self(_mm256_and_pd(self.0, other.0)))
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        proven!(Self(_mm256_or_pd(self.0, other.0)))
    }

    #[inline(always)]
    fn any(self) -> bool {
        proven!(_mm256_movemask_pd(self.0)) != 0
    }
}

impl Bits for U64x4 {
    type Elem = u64;

    #[inline(always)]
    fn of(self, value: u64) -> Self {
        proven!(Self(_mm256_set1_epi64x(value.cast_signed())))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        proven!(Self(_mm256_add_epi64(self.0, other.0)))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        proven!(Self(_mm256_sub_epi64(self.0, other.0)))
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        proven!(Self(_mm256_and_si256(self.0, other.0)))
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        proven!(Self(_mm256_or_si256(self.0, other.0)))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        proven!(Self(_mm256_xor_si256(self.0, other.0)))
    }

    #[inline(always)]
    fn shl(self, by: u32) -> Self {
        proven!(Self(_mm256_sll_epi64(self.0, _mm_cvtsi32_si128(by.cast_signed()))))
    }

    #[inline(always)]
    fn shr(self, by: u32) -> Self {
        proven!(Self(_mm256_srl_epi64(self.0, _mm_cvtsi32_si128(by.cast_signed()))))
    }
}

impl Vector for F64x4 {
    type Elem = f64;
    type Mask = M64x4;
    type Bits = U64x4;
    type Isa = Avx2;
    const LANES: usize = 4;

    #[inline(always)]
    fn splat(_: Avx2, value: f64) -> Self {
        proven!(Self(_mm256_set1_pd(value)))
    }

    #[inline(always)]
    fn load(_: Avx2, src: &[f64]) -> Self {
        let src = &src[..4];
        proven!(Self(_mm256_loadu_pd(src.as_ptr())))
    }

    #[inline(always)]
    fn store(self, dst: &mut [f64]) {
        let dst = &mut dst[..4];
        proven!(_mm256_storeu_pd(dst.as_mut_ptr(), self.0));
    }

    #[inline(always)]
    fn isa(self) -> Avx2 {
        Avx2(())
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        proven!(Self(_mm256_fmadd_pd(self.0, factor.0, addend.0)))
    }

    #[inline(always)]
    fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        proven!(Self(_mm256_fnmadd_pd(self.0, factor.0, addend.0)))
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        proven!(Self(_mm256_sqrt_pd(self.0)))
    }

    #[inline(always)]
    fn floor(self) -> Self {
        proven!(Self(_mm256_round_pd::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>(self.0)))
    }

    #[inline(always)]
    fn ceil(self) -> Self {
        proven!(Self(_mm256_round_pd::<{ _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC }>(self.0)))
    }

    #[inline(always)]
    fn trunc(self) -> Self {
        proven!(Self(_mm256_round_pd::<{ _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC }>(self.0)))
    }

    #[inline(always)]
    fn round_even(self) -> Self {
        proven!(Self(_mm256_round_pd::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(self.0)))
    }

    #[inline(always)]
    fn abs(self) -> Self {
        proven!(Self(_mm256_andnot_pd(_mm256_set1_pd(-0.0), self.0)))
    }

    #[inline(always)]
    fn copysign(self, sign: Self) -> Self {
        proven!({
            let minus = _mm256_set1_pd(-0.0);
            Self(_mm256_or_pd(_mm256_andnot_pd(minus, self.0), _mm256_and_pd(minus, sign.0)))
        })
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        proven!(Self(_mm256_min_pd(self.0, other.0)))
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        proven!(Self(_mm256_max_pd(self.0, other.0)))
    }

    #[inline(always)]
    fn lt(self, other: Self) -> M64x4 {
        proven!(M64x4(_mm256_cmp_pd::<_CMP_LT_OQ>(self.0, other.0)))
    }

    #[inline(always)]
    fn le(self, other: Self) -> M64x4 {
        proven!(M64x4(_mm256_cmp_pd::<_CMP_LE_OQ>(self.0, other.0)))
    }

    #[inline(always)]
    fn eq(self, other: Self) -> M64x4 {
        proven!(M64x4(_mm256_cmp_pd::<_CMP_EQ_OQ>(self.0, other.0)))
    }

    #[inline(always)]
    fn negate(mask: M64x4) -> M64x4 {
        proven!(M64x4(_mm256_xor_pd(mask.0, _mm256_castsi256_pd(_mm256_set1_epi32(-1)))))
    }

    #[inline(always)]
    fn pick(mask: M64x4, yes: Self, no: Self) -> Self {
        proven!(Self(_mm256_blendv_pd(no.0, yes.0, mask.0)))
    }

    #[inline(always)]
    fn to_bits(self) -> U64x4 {
        proven!(U64x4(_mm256_castpd_si256(self.0)))
    }

    #[inline(always)]
    fn from_bits(bits: U64x4) -> Self {
        proven!(Self(_mm256_castsi256_pd(bits.0)))
    }
}

impl Double for F64x4 {}
