//! Vectors of 512 bits: AVX-512 F, BW, DQ and VL.
#![expect(unsafe_code, reason = "intrinsics need the processor's features, which the token proves")]

use std::arch::x86_64::*;
use std::ops::{Add, Div, Mul, Neg, Sub};

use super::level::Level;
use super::vector::{Bits, Double, Isa, Kernel, Mask, Single, Vector};

/// Runs intrinsics on the strength of a token or a vector in scope.
macro_rules! proven {
    ($body:expr) => {{
        // SAFETY: a token, and so a vector, exists only where `detect` saw AVX-512; slices are checked before.
        unsafe { $body }
    }};
}

/// The token of AVX-512.
#[derive(Clone, Copy)]
pub struct Avx512(());

impl Isa for Avx512 {
    const LEVEL: Level = Level::Avx512;
    type F32 = F32x16;
    type F64 = F64x8;

    #[inline(always)]
    fn detect() -> Option<Self> {
        let wide = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
        let rest =
            is_x86_feature_detected!("avx512dq") && is_x86_feature_detected!("avx512vl") && is_x86_feature_detected!("fma");
        (wide && rest).then_some(Self(()))
    }

    #[inline(always)]
    unsafe fn assume() -> Self {
        Self(())
    }

    #[inline(always)]
    fn enter<K: Kernel>(self, kernel: K) -> K::Output {
        #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
        fn inside<K: Kernel>(kernel: K, isa: Avx512) -> K::Output {
            kernel.run(isa)
        }
        proven!(inside(kernel, self))
    }
}

/// 16 lanes of f32.
#[derive(Clone, Copy)]
pub struct F32x16(__m512);

/// 16 truth values.
#[derive(Clone, Copy)]
pub struct M16(__mmask16);

/// 16 bit patterns.
#[derive(Clone, Copy)]
pub struct U32x16(__m512i);

impl Add for F32x16 {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        proven!(Self(_mm512_add_ps(self.0, other.0)))
    }
}

impl Sub for F32x16 {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        proven!(Self(_mm512_sub_ps(self.0, other.0)))
    }
}

impl Mul for F32x16 {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        proven!(Self(_mm512_mul_ps(self.0, other.0)))
    }
}

impl Div for F32x16 {
    type Output = Self;

    #[inline(always)]
    fn div(self, other: Self) -> Self {
        proven!(Self(_mm512_div_ps(self.0, other.0)))
    }
}

impl Neg for F32x16 {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        proven!(Self(_mm512_xor_ps(self.0, _mm512_set1_ps(-0.0))))
    }
}

impl Mask for M16 {
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[inline(always)]
    fn any(self) -> bool {
        self.0 != 0
    }
}

impl Bits for U32x16 {
    type Elem = u32;

    #[inline(always)]
    fn of(self, value: u32) -> Self {
        proven!(Self(_mm512_set1_epi32(value.cast_signed())))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        proven!(Self(_mm512_add_epi32(self.0, other.0)))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        proven!(Self(_mm512_sub_epi32(self.0, other.0)))
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        proven!(Self(_mm512_and_si512(self.0, other.0)))
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        proven!(Self(_mm512_or_si512(self.0, other.0)))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        proven!(Self(_mm512_xor_si512(self.0, other.0)))
    }

    #[inline(always)]
    fn shl(self, by: u32) -> Self {
        proven!(Self(_mm512_sll_epi32(self.0, _mm_cvtsi32_si128(by.cast_signed()))))
    }

    #[inline(always)]
    fn shr(self, by: u32) -> Self {
        proven!(Self(_mm512_srl_epi32(self.0, _mm_cvtsi32_si128(by.cast_signed()))))
    }
}

impl Vector for F32x16 {
    type Elem = f32;
    type Mask = M16;
    type Bits = U32x16;
    type Isa = Avx512;
    const LANES: usize = 16;

    #[inline(always)]
    fn splat(_: Avx512, value: f32) -> Self {
        proven!(Self(_mm512_set1_ps(value)))
    }

    #[inline(always)]
    fn load(_: Avx512, src: &[f32]) -> Self {
        let src = &src[..16];
        proven!(Self(_mm512_loadu_ps(src.as_ptr())))
    }

    #[inline(always)]
    fn store(self, dst: &mut [f32]) {
        let dst = &mut dst[..16];
        proven!(_mm512_storeu_ps(dst.as_mut_ptr(), self.0));
    }

    #[inline(always)]
    fn isa(self) -> Avx512 {
        Avx512(())
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        proven!(Self(_mm512_fmadd_ps(self.0, factor.0, addend.0)))
    }

    #[inline(always)]
    fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        proven!(Self(_mm512_fnmadd_ps(self.0, factor.0, addend.0)))
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        proven!(Self(_mm512_sqrt_ps(self.0)))
    }

    #[inline(always)]
    fn floor(self) -> Self {
        proven!(Self(_mm512_roundscale_ps::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>(self.0)))
    }

    #[inline(always)]
    fn ceil(self) -> Self {
        proven!(Self(_mm512_roundscale_ps::<{ _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC }>(self.0)))
    }

    #[inline(always)]
    fn trunc(self) -> Self {
        proven!(Self(_mm512_roundscale_ps::<{ _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC }>(self.0)))
    }

    #[inline(always)]
    fn round_even(self) -> Self {
        proven!(Self(_mm512_roundscale_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(self.0)))
    }

    #[inline(always)]
    fn abs(self) -> Self {
        proven!(Self(_mm512_andnot_ps(_mm512_set1_ps(-0.0), self.0)))
    }

    #[inline(always)]
    fn copysign(self, sign: Self) -> Self {
        proven!({
            let minus = _mm512_set1_ps(-0.0);
            Self(_mm512_or_ps(_mm512_andnot_ps(minus, self.0), _mm512_and_ps(minus, sign.0)))
        })
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        proven!(Self(_mm512_min_ps(self.0, other.0)))
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        proven!(Self(_mm512_max_ps(self.0, other.0)))
    }

    #[inline(always)]
    fn lt(self, other: Self) -> M16 {
        proven!(M16(_mm512_cmp_ps_mask::<_CMP_LT_OQ>(self.0, other.0)))
    }

    #[inline(always)]
    fn le(self, other: Self) -> M16 {
        proven!(M16(_mm512_cmp_ps_mask::<_CMP_LE_OQ>(self.0, other.0)))
    }

    #[inline(always)]
    fn eq(self, other: Self) -> M16 {
        proven!(M16(_mm512_cmp_ps_mask::<_CMP_EQ_OQ>(self.0, other.0)))
    }

    #[inline(always)]
    fn negate(mask: M16) -> M16 {
        M16(!mask.0)
    }

    #[inline(always)]
    fn pick(mask: M16, yes: Self, no: Self) -> Self {
        proven!(Self(_mm512_mask_blend_ps(mask.0, no.0, yes.0)))
    }

    #[inline(always)]
    fn to_bits(self) -> U32x16 {
        proven!(U32x16(_mm512_castps_si512(self.0)))
    }

    #[inline(always)]
    fn from_bits(bits: U32x16) -> Self {
        proven!(Self(_mm512_castsi512_ps(bits.0)))
    }
}

impl Single for F32x16 {
    type Wide = F64x8;

    #[inline(always)]
    fn widen(self) -> (F64x8, F64x8) {
        proven!((
            F64x8(_mm512_cvtps_pd(_mm512_castps512_ps256(self.0))),
            F64x8(_mm512_cvtps_pd(_mm512_extractf32x8_ps::<1>(self.0)))
        ))
    }

    #[inline(always)]
    fn narrow(low: F64x8, high: F64x8) -> Self {
        proven!(Self(_mm512_insertf32x8::<1>(_mm512_castps256_ps512(_mm512_cvtpd_ps(low.0)), _mm512_cvtpd_ps(high.0))))
    }
}

/// 8 lanes of f64.
#[derive(Clone, Copy)]
pub struct F64x8(__m512d);

/// 8 truth values.
#[derive(Clone, Copy)]
pub struct M8(__mmask8);

/// 8 bit patterns.
#[derive(Clone, Copy)]
pub struct U64x8(__m512i);

impl Add for F64x8 {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        proven!(Self(_mm512_add_pd(self.0, other.0)))
    }
}

impl Sub for F64x8 {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        proven!(Self(_mm512_sub_pd(self.0, other.0)))
    }
}

impl Mul for F64x8 {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        proven!(Self(_mm512_mul_pd(self.0, other.0)))
    }
}

impl Div for F64x8 {
    type Output = Self;

    #[inline(always)]
    fn div(self, other: Self) -> Self {
        proven!(Self(_mm512_div_pd(self.0, other.0)))
    }
}

impl Neg for F64x8 {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        proven!(Self(_mm512_xor_pd(self.0, _mm512_set1_pd(-0.0))))
    }
}

impl Mask for M8 {
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[inline(always)]
    fn any(self) -> bool {
        self.0 != 0
    }
}

impl Bits for U64x8 {
    type Elem = u64;

    #[inline(always)]
    fn of(self, value: u64) -> Self {
        proven!(Self(_mm512_set1_epi64(value.cast_signed())))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        proven!(Self(_mm512_add_epi64(self.0, other.0)))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        proven!(Self(_mm512_sub_epi64(self.0, other.0)))
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        proven!(Self(_mm512_and_si512(self.0, other.0)))
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        proven!(Self(_mm512_or_si512(self.0, other.0)))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        proven!(Self(_mm512_xor_si512(self.0, other.0)))
    }

    #[inline(always)]
    fn shl(self, by: u32) -> Self {
        proven!(Self(_mm512_sll_epi64(self.0, _mm_cvtsi32_si128(by.cast_signed()))))
    }

    #[inline(always)]
    fn shr(self, by: u32) -> Self {
        proven!(Self(_mm512_srl_epi64(self.0, _mm_cvtsi32_si128(by.cast_signed()))))
    }
}

impl Vector for F64x8 {
    type Elem = f64;
    type Mask = M8;
    type Bits = U64x8;
    type Isa = Avx512;
    const LANES: usize = 8;

    #[inline(always)]
    fn splat(_: Avx512, value: f64) -> Self {
        proven!(Self(_mm512_set1_pd(value)))
    }

    #[inline(always)]
    fn load(_: Avx512, src: &[f64]) -> Self {
        let src = &src[..8];
        proven!(Self(_mm512_loadu_pd(src.as_ptr())))
    }

    #[inline(always)]
    fn store(self, dst: &mut [f64]) {
        let dst = &mut dst[..8];
        proven!(_mm512_storeu_pd(dst.as_mut_ptr(), self.0));
    }

    #[inline(always)]
    fn isa(self) -> Avx512 {
        Avx512(())
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        proven!(Self(_mm512_fmadd_pd(self.0, factor.0, addend.0)))
    }

    #[inline(always)]
    fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        proven!(Self(_mm512_fnmadd_pd(self.0, factor.0, addend.0)))
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        proven!(Self(_mm512_sqrt_pd(self.0)))
    }

    #[inline(always)]
    fn floor(self) -> Self {
        proven!(Self(_mm512_roundscale_pd::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>(self.0)))
    }

    #[inline(always)]
    fn ceil(self) -> Self {
        proven!(Self(_mm512_roundscale_pd::<{ _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC }>(self.0)))
    }

    #[inline(always)]
    fn trunc(self) -> Self {
        proven!(Self(_mm512_roundscale_pd::<{ _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC }>(self.0)))
    }

    #[inline(always)]
    fn round_even(self) -> Self {
        proven!(Self(_mm512_roundscale_pd::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(self.0)))
    }

    #[inline(always)]
    fn abs(self) -> Self {
        proven!(Self(_mm512_andnot_pd(_mm512_set1_pd(-0.0), self.0)))
    }

    #[inline(always)]
    fn copysign(self, sign: Self) -> Self {
        proven!({
            let minus = _mm512_set1_pd(-0.0);
            Self(_mm512_or_pd(_mm512_andnot_pd(minus, self.0), _mm512_and_pd(minus, sign.0)))
        })
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        proven!(Self(_mm512_min_pd(self.0, other.0)))
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        proven!(Self(_mm512_max_pd(self.0, other.0)))
    }

    #[inline(always)]
    fn lt(self, other: Self) -> M8 {
        proven!(M8(_mm512_cmp_pd_mask::<_CMP_LT_OQ>(self.0, other.0)))
    }

    #[inline(always)]
    fn le(self, other: Self) -> M8 {
        proven!(M8(_mm512_cmp_pd_mask::<_CMP_LE_OQ>(self.0, other.0)))
    }

    #[inline(always)]
    fn eq(self, other: Self) -> M8 {
        proven!(M8(_mm512_cmp_pd_mask::<_CMP_EQ_OQ>(self.0, other.0)))
    }

    #[inline(always)]
    fn negate(mask: M8) -> M8 {
        M8(!mask.0)
    }

    #[inline(always)]
    fn pick(mask: M8, yes: Self, no: Self) -> Self {
        proven!(Self(_mm512_mask_blend_pd(mask.0, no.0, yes.0)))
    }

    #[inline(always)]
    fn to_bits(self) -> U64x8 {
        proven!(U64x8(_mm512_castpd_si512(self.0)))
    }

    #[inline(always)]
    fn from_bits(bits: U64x8) -> Self {
        proven!(Self(_mm512_castsi512_pd(bits.0)))
    }
}

impl Double for F64x8 {}
