//! Element types as numbers. Kernels that compute are compiled for six wide types only; the other
//! dtypes are widened before and narrowed after.

use std::borrow::Cow;
use talray_core::{DType, Error, Result};

use super::copy::elements_mut;
use crate::simd::{Isa, Kernel, dispatch};
use crate::{Element, Input, Output};

/// A loop that may be compiled for several instruction sets.
pub trait Body {
    /// What it gives.
    type Output;
    /// The loop; implementations are `#[inline(always)]`.
    fn body(self) -> Self::Output;
}

struct Vectored<B>(B);

#[inline(always)]
fn vectored<B: Body>(body: B) -> B::Output {
    dispatch(Vectored(body))
}

#[inline(always)]
fn plain<B: Body>(body: B) -> B::Output {
    body.body()
}

impl<B: Body> Kernel for Vectored<B> {
    type Output = B::Output;
    #[inline(always)]
    fn run<S: Isa>(self, _isa: S) -> B::Output {
        self.0.body()
    }
}

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
    /// Runs a loop: for floats at the machine's SIMD level.
    fn enter<B: Body>(body: B) -> B::Output;
    /// The elements of a contiguous input, widened where its dtype is narrower.
    fn read<'a>(input: &Input<'a>) -> Result<Cow<'a, [Self]>>;
    /// Narrows `values` into the elements of `out`, of a dtype that widens to this type.
    fn store(values: &[Self], out: &mut Output<'_>) -> Result<()>;

    /// Lets `work` fill the elements of `out` (in a wider buffer where its dtype is narrower).
    fn fill(out: &mut Output<'_>, work: impl FnOnce(&mut [Self])) -> Result<()> {
        if out.dtype.size() == size_of::<Self>() {
            work(elements_mut(out.bytes)?);
            return Ok(());
        }
        let mut wide = vec![Self::ZERO; out.len()];
        work(&mut wide);
        Self::store(&wide, out)
    }

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

fn widened<T: Element, W: Wide>(input: &Input<'_>, widen: impl Fn(T) -> W) -> Result<Cow<'static, [W]>> {
    Ok(Cow::Owned(input.slice::<T>()?.iter().map(|&x| widen(x)).collect()))
}

fn narrowed<T: Element, W: Wide>(values: &[W], out: &mut Output<'_>, narrow: impl Fn(W) -> T) -> Result<()> {
    out.slice::<T>()?.iter_mut().zip(values).for_each(|(o, &v)| *o = narrow(v));
    Ok(())
}

fn unfit<T>(dtype: DType) -> Result<T> {
    Err(Error::internal(format!("{dtype} does not widen to this type")))
}

/// `$t`, and the dtypes that widen to it with how to widen and narrow each.
macro_rules! wide_types {
    (@ float $x:ident) => { $x != $x };
    (@ int $x:ident) => { { let _ = $x; false } };
    ($($t:ident $zero:literal $one:literal $lowest:expr, $highest:expr, $plus:ident $times:ident $nan:ident $enter:ident,
       [$($d:ident $n:ty, $widen:expr, $narrow:expr);*]);* $(;)?) => { $(impl Wide for $t {
        const ZERO: Self = $zero;
        const ONE: Self = $one;
        const LOWEST: Self = $lowest;
        const HIGHEST: Self = $highest;
        #[inline(always)] fn plus(self, other: Self) -> Self { Sums::$plus(self, other) }
        #[inline(always)] fn times(self, other: Self) -> Self { Sums::$times(self, other) }
        #[inline(always)] fn nan(self) -> bool { wide_types!(@ $nan self) }
        #[inline(always)] fn enter<B: Body>(body: B) -> B::Output { $enter(body) }
        fn read<'a>(input: &Input<'a>) -> Result<Cow<'a, [Self]>> {
            match input.dtype {
                d if d == Self::DTYPE => Ok(Cow::Borrowed(input.slice()?)),
                $(DType::$d => widened::<$n, $t>(input, $widen),)*
                d => unfit(d),
            }
        }
        fn store(values: &[Self], out: &mut Output<'_>) -> Result<()> {
            match out.dtype {
                d if d == Self::DTYPE => narrowed::<$t, $t>(values, out, |x| x),
                $(DType::$d => narrowed::<$n, $t>(values, out, $narrow),)*
                d => unfit(d),
            }
        }
    })* };
}

/// Sums and products of floats and of wrapping integers under the same names.
trait Sums: Sized {
    fn plus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
}
macro_rules! sums {
    ($($t:ident)*, $($i:ident)*) => {
        $(impl Sums for $t {
            #[inline(always)] fn plus(self, other: Self) -> Self { self + other }
            #[inline(always)] fn times(self, other: Self) -> Self { self * other }
        })*
        $(impl Sums for $i {
            #[inline(always)] fn plus(self, other: Self) -> Self { self.wrapping_add(other) }
            #[inline(always)] fn times(self, other: Self) -> Self { self.wrapping_mul(other) }
        })*
    };
}
sums!(f32 f64, i32 i64 u32 u64);

wide_types! {
    f32 0.0 1.0 f32::NEG_INFINITY, f32::INFINITY, plus times float vectored,
        [F16 half::f16, half::f16::to_f32, half::f16::from_f32;
         BF16 half::bf16, |x| f32::from_bits(u32::from(x.to_bits()) << 16), half::bf16::from_f32];
    f64 0.0 1.0 f64::NEG_INFINITY, f64::INFINITY, plus times float vectored, [];
    i32 0 1 i32::MIN, i32::MAX, plus times int plain,
        [I8 i8, i32::from, |x| x as i8; I16 i16, i32::from, |x| x as i16];
    u32 0 1 0, u32::MAX, plus times int plain,
        [U8 u8, u32::from, |x| x as u8; Bool u8, u32::from, |x| x as u8; U16 u16, u32::from, |x| x as u16];
    i64 0 1 i64::MIN, i64::MAX, plus times int plain, [];
    u64 0 1 0, u64::MAX, plus times int plain, [];
}

/// Runs `$body` with `$W` bound to the wide type of `$dtype`.
#[macro_export]
macro_rules! wide {
    ($dtype:expr, $W:ident => $body:expr) => {
        match $dtype {
            talray_core::DType::F32 | talray_core::DType::F16 | talray_core::DType::BF16 => {
                type $W = f32;
                $body
            }
            talray_core::DType::F64 => {
                type $W = f64;
                $body
            }
            talray_core::DType::I8 | talray_core::DType::I16 | talray_core::DType::I32 => {
                type $W = i32;
                $body
            }
            talray_core::DType::U8 | talray_core::DType::U16 | talray_core::DType::U32 | talray_core::DType::Bool => {
                type $W = u32;
                $body
            }
            talray_core::DType::I64 => {
                type $W = i64;
                $body
            }
            talray_core::DType::U64 => {
                type $W = u64;
                $body
            }
        }
    };
}

/// The lowest and highest finite value of a dtype, in its wide type (0 and 1 for bool).
pub fn limits<W: Wide>(dtype: DType) -> (W, W) {
    let (lo, hi) = match dtype {
        DType::F16 => (half::f16::MIN.to_f64(), half::f16::MAX.to_f64()),
        DType::BF16 => (half::bf16::MIN.to_f64(), half::bf16::MAX.to_f64()),
        DType::F32 => (f64::from(f32::MIN), f64::from(f32::MAX)),
        DType::F64 => (f64::MIN, f64::MAX),
        DType::I8 => (f64::from(i8::MIN), f64::from(i8::MAX)),
        DType::I16 => (f64::from(i16::MIN), f64::from(i16::MAX)),
        DType::U8 => (0.0, f64::from(u8::MAX)),
        DType::U16 => (0.0, f64::from(u16::MAX)),
        DType::Bool => (0.0, 1.0),
        _ => return (W::LOWEST, W::HIGHEST),
    };
    (W::from_f64(lo), W::from_f64(hi))
}
