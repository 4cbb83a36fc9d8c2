//! Floats as the kernels of this group compute with them: f32 and f64 as they are, f16 and bf16 in
//! f32 blocks; and the loops over rows that several kernels share.

use crate::Element;
use crate::simd::{Isa, Real, Vector, ops};
use std::borrow::Cow;
use std::ops::{Add, AddAssign, Div, Mul, Sub};

/// A float type that arithmetic is done in.
pub trait Work:
    Real + Element + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + AddAssign
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// −∞.
    const LOWEST: Self;
    /// Square root.
    fn root(self) -> Self;
    /// Natural logarithm.
    fn log(self) -> Self;
}

macro_rules! work {
    ($($t:ty),*) => { $(impl Work for $t {
        const ZERO: Self = 0.0;
        const ONE: Self = 1.0;
        const LOWEST: Self = <$t>::NEG_INFINITY;
        #[inline(always)] fn root(self) -> Self { self.sqrt() }
        #[inline(always)] fn log(self) -> Self { self.ln() }
    })* };
}
work!(f32, f64);

/// A float type that tensors hold.
pub trait Stored: Element {
    /// What it is computed in.
    type Work: Work;
    /// Converts equally long slices.
    fn widen(from: &[Self], to: &mut [Self::Work]);
    /// Converts equally long slices, rounding.
    fn narrow(from: &[Self::Work], to: &mut [Self]);
    /// The elements as they are computed with.
    fn wide(x: &[Self]) -> Cow<'_, [Self::Work]>;
    /// The elements as they are computed with, kept as they are where that is their type.
    fn widened(x: Vec<Self>) -> Vec<Self::Work>;
    /// Lets `f` fill all of `out` in the type that is computed in.
    fn fill_later(out: &mut [Self], f: impl FnOnce(&mut [Self::Work]));
    /// Lets `f` change `out`, all zeros at first, in the type that is computed in.
    fn fill(out: &mut [Self], f: impl FnOnce(&mut [Self::Work])) {
        Self::fill_later(out, |out| {
            out.fill(Self::Work::ZERO);
            f(out);
        });
    }
}

macro_rules! stored_as_is {
    ($($t:ty),*) => { $(impl Stored for $t {
        type Work = $t;
        #[inline(always)] fn widen(from: &[Self], to: &mut [Self]) { to.copy_from_slice(from); }
        #[inline(always)] fn narrow(from: &[Self], to: &mut [Self]) { to.copy_from_slice(from); }
        fn wide(x: &[Self]) -> Cow<'_, [Self]> { Cow::Borrowed(x) }
        fn widened(x: Vec<Self>) -> Vec<Self> { x }
        fn fill_later(out: &mut [Self], f: impl FnOnce(&mut [Self])) { f(out); }
    })* };
}
stored_as_is!(f32, f64);

macro_rules! stored_half {
    ($($t:ty),*) => { $(impl Stored for $t {
        type Work = f32;
        fn widen(from: &[Self], to: &mut [f32]) {
            half::slice::HalfFloatSliceExt::convert_to_f32_slice(from, to);
        }
        fn narrow(from: &[f32], to: &mut [Self]) {
            half::slice::HalfFloatSliceExt::convert_from_f32_slice(to, from);
        }
        fn wide(x: &[Self]) -> Cow<'_, [f32]> {
            let mut wide = vec![0.0; x.len()];
            Self::widen(x, &mut wide);
            Cow::Owned(wide)
        }
        fn widened(x: Vec<Self>) -> Vec<f32> { Self::wide(&x).into_owned() }
        fn fill_later(out: &mut [Self], f: impl FnOnce(&mut [f32])) {
            let mut wide = vec![0.0; out.len()];
            f(&mut wide);
            Self::narrow(&wide, out);
        }
    })* };
}
stored_half!(half::f16, half::bf16);

/// Runs `$body` with `$T` bound to the Rust type of a float dtype; other dtypes are refused.
macro_rules! floats {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            talray_core::DType::F32 => {
                type $T = f32;
                $body
            }
            talray_core::DType::F64 => {
                type $T = f64;
                $body
            }
            talray_core::DType::F16 => {
                type $T = half::f16;
                $body
            }
            talray_core::DType::BF16 => {
                type $T = half::bf16;
                $body
            }
            other => return Err(talray_core::Error::dtype(format!("expected a float type, received {other}"))),
        }
    };
}
pub(super) use floats;

/// Elements that a chunk of work should hold, so that it stays in the first-level cache.
pub const CHUNK: usize = 4096;

/// Rows of `n` elements in a chunk.
pub fn rows_per_chunk(n: usize) -> usize {
    (CHUNK / n.max(1)).max(1)
}

const LANES: usize = 16;

/// The sum of `f(x)`, in 16 interleaved partial sums that are added pairwise: the same on every level.
#[inline(always)]
pub fn sum_of<W: Work>(x: &[W], f: impl Fn(W) -> W) -> W {
    let mut lanes = [W::ZERO; LANES];
    let mut chunks = x.chunks_exact(LANES);
    for c in chunks.by_ref() {
        for (lane, &v) in lanes.iter_mut().zip(c) {
            *lane += f(v);
        }
    }
    for (lane, &v) in lanes.iter_mut().zip(chunks.remainder()) {
        *lane += f(v);
    }
    let mut width = LANES / 2;
    while width > 0 {
        for i in 0..width {
            lanes[i] += lanes[i + width];
        }
        width /= 2;
    }
    lanes[0]
}

/// The largest element; NaN elements are passed over.
#[inline(always)]
pub fn max_of<W: Work>(x: &[W]) -> W {
    let pick = |a: W, b: W| if b > a { b } else { a };
    let mut lanes = [W::LOWEST; LANES];
    let mut chunks = x.chunks_exact(LANES);
    for c in chunks.by_ref() {
        for (lane, &v) in lanes.iter_mut().zip(c) {
            *lane = pick(*lane, v);
        }
    }
    chunks.remainder().iter().fold(lanes.into_iter().fold(W::LOWEST, pick), |a, &b| pick(a, b))
}

/// Replaces each element by its exponential.
#[inline(always)]
pub fn exp_in_place<W: Work, S: Isa>(isa: S, x: &mut [W]) {
    let mut chunks = x.chunks_exact_mut(W::Lanes::<S>::LANES);
    for c in chunks.by_ref() {
        W::unary::<ops::Exp, S>(W::Lanes::<S>::load(isa, c)).store(c);
    }
    let rest = chunks.into_remainder();
    if !rest.is_empty() {
        W::unary::<ops::Exp, S>(W::Lanes::<S>::load_part(isa, rest)).store_part(rest);
    }
}

/// The position of input or output `axis` as sizes before, on and after it.
pub fn around(shape: &[usize], axis: usize) -> (usize, usize, usize) {
    (shape[..axis].iter().product(), shape[axis], shape[axis + 1..].iter().product())
}
