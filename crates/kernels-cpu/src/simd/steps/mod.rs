//! One loop a primitive and dtype: what the block evaluator chains. A step reads up to three arrays and writes
//! one; `dst` may be the same array as an argument, but may not overlap one otherwise.
//!
//! Blocks hold f16 and bf16 values as f32 that were rounded; bool as `u8` of 0 and 1.
#![expect(unsafe_code, reason = "steps run over raw blocks, whose lengths the block machine guarantees")]

mod convert;
mod float;
mod integer;
mod logic;

use std::marker::PhantomData;

use talray_core::DType;
use talray_core::expr::Prim;

use super::level::Level;
use super::portable::Portable;
use super::vector::{Isa, Kernel};
#[cfg(target_arch = "x86_64")]
use super::{avx2::Avx2, avx512::Avx512};

pub(crate) use convert::{narrow, round, widen};

/// What a step works on: arrays of `n` elements.
#[derive(Clone, Copy)]
pub(crate) struct Args {
    /// The arguments; those that the step does not take are not looked at.
    pub(crate) src: [*const u8; 3],
    /// The result.
    pub(crate) dst: *mut u8,
    /// Elements in each.
    pub(crate) n: usize,
}

/// A loop over arrays. Calling it is safe when the arrays have `n` elements of the dtypes it was asked for with.
pub(crate) type Step = unsafe fn(&Args);

/// The loop of a primitive that gives `result` from arguments of `args` dtypes, at `level`; `None` where the
/// primitive is not defined for them. Results of dtype f16 and bf16 still have to be rounded.
pub(crate) fn step(prim: Prim, result: DType, args: &[DType], level: Level) -> Option<Step> {
    let first = *args.first()?;
    match prim {
        Prim::Cast => convert::cast(first, result),
        Prim::Bitcast => convert::bitcast(first, result),
        Prim::Select => logic::select(result, level),
        Prim::Lt | Prim::Le | Prim::Eq | Prim::Ne => logic::compare(prim, first, level),
        _ => match result {
            DType::F32 | DType::F16 | DType::BF16 => float::step::<f32>(prim, level),
            DType::F64 => float::step::<f64>(prim, level),
            DType::Bool => logic::boolean(prim),
            _ => integer::step(prim, result),
        },
    }
}

/// A loop over any level's vectors.
trait Loop: 'static {
    /// Runs over the arrays.
    ///
    /// # Safety
    /// The arrays hold `n` elements of the loop's types.
    unsafe fn run<S: Isa>(isa: S, args: &Args);
}

/// The form of `L` for `level`.
fn at<L: Loop>(level: Level) -> Step {
    match level {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => entered::<L, Avx512>,
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => entered::<L, Avx2>,
        _ => entered::<L, Portable>,
    }
}

/// The form of `L` for `level`, for loops that 256 bits serve as well as 512: half the code.
fn narrow_at<L: Loop>(level: Level) -> Step {
    match level {
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 | Level::Avx512 => entered::<L, Avx2>,
        _ => entered::<L, Portable>,
    }
}

/// The form of `L` that every machine runs, for loops that memory bounds anyway.
fn plain<L: Loop>() -> Step {
    entered::<L, Portable>
}

unsafe fn entered<L: Loop, S: Isa>(args: &Args) {
    struct Entered<'a, L>(&'a Args, PhantomData<L>);

    impl<L: Loop> Kernel for Entered<'_, L> {
        type Output = ();

        #[inline(always)]
        fn run<S: Isa>(self, isa: S) {
            // SAFETY: the caller of the step answers for the arrays.
            unsafe { L::run(isa, self.0) }
        }
    }

    // SAFETY: `at` is asked for levels that the machine has.
    unsafe { S::assume() }.enter(Entered::<L>(args, PhantomData))
}

/// `dst[i] = f(a[i])` as a plain loop, which the compiler vectorises with the level's instructions.
#[inline(always)]
unsafe fn plain1<A: Copy, D>(args: &Args, f: impl Fn(A) -> D) {
    let (a, dst) = (args.src[0].cast::<A>(), args.dst.cast::<D>());
    for i in 0..args.n {
        // SAFETY: i < n, and the caller answers for n elements.
        unsafe { *dst.add(i) = f(*a.add(i)) }
    }
}

/// `dst[i] = f(a[i], b[i])` as a plain loop.
#[inline(always)]
unsafe fn plain2<A: Copy, D>(args: &Args, f: impl Fn(A, A) -> D) {
    let (a, b, dst) = (args.src[0].cast::<A>(), args.src[1].cast::<A>(), args.dst.cast::<D>());
    for i in 0..args.n {
        // SAFETY: i < n, and the caller answers for n elements.
        unsafe { *dst.add(i) = f(*a.add(i), *b.add(i)) }
    }
}
