//! Conversions between dtypes, and between the stored and the held form of f16 and bf16.

use std::marker::PhantomData;

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};
use talray_core::DType;

use super::super::level::Level;
use super::super::ops;
use super::super::vector::Isa;
use super::float::One;
use super::logic::held;
use super::{Args, Loop, Step, at, plain, plain1};

/// The loop of a conversion. Floats to integers truncate and saturate, NaN gives 0; integers wrap.
pub(super) fn cast(from: DType, to: DType) -> Option<Step> {
    Some(held!(from, A => match to {
        DType::F32 => plain::<Cast<A, f32>>(),
        DType::F64 => plain::<Cast<A, f64>>(),
        DType::F16 => plain::<Cast<A, f16>>(),
        DType::BF16 => plain::<Cast<A, bf16>>(),
        DType::I8 => plain::<Cast<A, i8>>(),
        DType::I16 => plain::<Cast<A, i16>>(),
        DType::I32 => plain::<Cast<A, i32>>(),
        DType::I64 => plain::<Cast<A, i64>>(),
        DType::U8 => plain::<Cast<A, u8>>(),
        DType::U16 => plain::<Cast<A, u16>>(),
        DType::U32 => plain::<Cast<A, u32>>(),
        DType::U64 => plain::<Cast<A, u64>>(),
        DType::Bool => plain::<Cast<A, bool>>(),
    }))
}

/// The loop that gives the same bits as another dtype of the same size.
pub(super) fn bitcast(from: DType, to: DType) -> Option<Step> {
    if from.size() != to.size() {
        return None;
    }
    match (widen(from), widen(to)) {
        (None, None) => {
            let words = [DType::U8, DType::U16, DType::U32, DType::U64][from.size().trailing_zeros() as usize];
            cast(words, words)
        }
        (Some(_), None) => narrow(from),
        (None, Some(widen)) => Some(widen),
        (Some(_), Some(_)) => (from == to).then_some(cast(DType::F32, DType::F32)?),
    }
}

/// Stored f16 or bf16 to f32; `None` for other dtypes.
pub(crate) fn widen(dtype: DType) -> Option<Step> {
    match dtype {
        DType::F16 => Some(widen_f16),
        DType::BF16 => Some(widen_bf16),
        _ => None,
    }
}

/// Rounded f32 to stored f16 or bf16; `None` for other dtypes.
pub(crate) fn narrow(dtype: DType) -> Option<Step> {
    match dtype {
        DType::F16 => Some(narrow_f16),
        DType::BF16 => Some(narrow_bf16),
        _ => None,
    }
}

/// f32 rounded to f16 or bf16 and held as f32; `None` for other dtypes.
pub(crate) fn round(dtype: DType, level: Level) -> Option<Step> {
    match dtype {
        DType::F16 => Some(at::<One<ops::RoundF16, f32>>(level)),
        DType::BF16 => Some(at::<One<ops::RoundBf16, f32>>(level)),
        _ => None,
    }
}

struct Cast<A, D>(PhantomData<(A, D)>);

impl<A: Copy + Source<D>, D: 'static> Loop for Cast<A, D>
where
    A: 'static,
{
    #[inline(always)]
    unsafe fn run<S: Isa>(_: S, args: &Args) {
        // SAFETY: the caller answers for n elements.
        unsafe { plain1(args, A::convert) }
    }
}

/// How `Self` becomes `D`; `Held` is what a block holds.
trait Source<D> {
    type Held;
    fn convert(self) -> Self::Held;
}

macro_rules! casts {
    ($from:ty => $($to:ty)+) => {
        $(impl Source<$to> for $from {
            type Held = $to;
            #[inline(always)]
            fn convert(self) -> $to {
                self as $to
            }
        })+

        impl Source<bool> for $from {
            type Held = u8;
            #[inline(always)]
            fn convert(self) -> u8 {
                u8::from(self != 0 as $from)
            }
        }

        // Through f64, which holds all but wide integers exactly: one rounding.
        impl Source<f16> for $from {
            type Held = f32;
            #[inline(always)]
            fn convert(self) -> f32 {
                f16::from_f64(self as f64).to_f32()
            }
        }

        impl Source<bf16> for $from {
            type Held = f32;
            #[inline(always)]
            fn convert(self) -> f32 {
                bf16::from_f64(self as f64).to_f32()
            }
        }
    };
}

casts!(f32 => f32 f64 i8 i16 i32 i64 u8 u16 u32 u64);
casts!(f64 => f32 f64 i8 i16 i32 i64 u8 u16 u32 u64);
casts!(i8 => f32 f64 i8 i16 i32 i64 u8 u16 u32 u64);
casts!(i16 => f32 f64 i8 i16 i32 i64 u8 u16 u32 u64);
casts!(i32 => f32 f64 i8 i16 i32 i64 u8 u16 u32 u64);
casts!(i64 => f32 f64 i8 i16 i32 i64 u8 u16 u32 u64);
casts!(u8 => f32 f64 i8 i16 i32 i64 u8 u16 u32 u64);
casts!(u16 => f32 f64 i8 i16 i32 i64 u8 u16 u32 u64);
casts!(u32 => f32 f64 i8 i16 i32 i64 u8 u16 u32 u64);
casts!(u64 => f32 f64 i8 i16 i32 i64 u8 u16 u32 u64);

unsafe fn widen_f16(args: &Args) {
    // SAFETY: the caller answers for n elements, in two blocks that do not overlap.
    unsafe {
        let dst = std::slice::from_raw_parts_mut(args.dst.cast::<f32>(), args.n);
        std::slice::from_raw_parts(args.src[0].cast::<f16>(), args.n).convert_to_f32_slice(dst);
    }
}

unsafe fn widen_bf16(args: &Args) {
    // SAFETY: the caller answers for n elements.
    unsafe { plain1(args, |x: u16| u32::from(x) << 16) }
}

unsafe fn narrow_f16(args: &Args) {
    // SAFETY: the caller answers for n elements, in two blocks that do not overlap.
    unsafe {
        let dst = std::slice::from_raw_parts_mut(args.dst.cast::<f16>(), args.n);
        dst.convert_from_f32_slice(std::slice::from_raw_parts(args.src[0].cast::<f32>(), args.n));
    }
}

unsafe fn narrow_bf16(args: &Args) {
    // SAFETY: the caller answers for n elements; values are rounded, so the upper half says all.
    unsafe { plain1(args, |x: u32| (x >> 16) as u16) }
}
