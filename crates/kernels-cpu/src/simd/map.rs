//! Loops over slices. A tail is padded to a whole vector, so that an element's result depends on its value only.

use super::level::dispatch;
use super::ops::{Binary, Unary};
use super::vector::{Isa, Kernel, Vector};

/// `f32` or `f64`: ties an element type to its vectors and its form of a function.
pub trait Real: Copy + Default + PartialOrd + 'static {
    /// The vector of `S` with these elements.
    type Lanes<S: Isa>: Vector<Elem = Self, Isa = S>;
    /// 1.
    const UNIT: Self;
    /// Sum of two.
    fn add(a: Self, b: Self) -> Self;
    /// `F` of a vector.
    fn unary<F: Unary, S: Isa>(x: Self::Lanes<S>) -> Self::Lanes<S>;
    /// `F` of two vectors.
    fn binary<F: Binary, S: Isa>(x: Self::Lanes<S>, y: Self::Lanes<S>) -> Self::Lanes<S>;
}

impl Real for f32 {
    type Lanes<S: Isa> = S::F32;
    const UNIT: Self = 1.0;

    #[inline(always)]
    fn add(a: Self, b: Self) -> Self {
        a + b
    }

    #[inline(always)]
    fn unary<F: Unary, S: Isa>(x: S::F32) -> S::F32 {
        F::single(x)
    }

    #[inline(always)]
    fn binary<F: Binary, S: Isa>(x: S::F32, y: S::F32) -> S::F32 {
        F::single(x, y)
    }
}

impl Real for f64 {
    type Lanes<S: Isa> = S::F64;
    const UNIT: Self = 1.0;

    #[inline(always)]
    fn add(a: Self, b: Self) -> Self {
        a + b
    }

    #[inline(always)]
    fn unary<F: Unary, S: Isa>(x: S::F64) -> S::F64 {
        F::double(x)
    }

    #[inline(always)]
    fn binary<F: Binary, S: Isa>(x: S::F64, y: S::F64) -> S::F64 {
        F::double(x, y)
    }
}

/// `dst[i] = F(src[i])` for as many elements as the shorter slice has: `map::<ops::Exp, f32>(src, dst)`.
pub fn map<F: Unary, T: Real>(src: &[T], dst: &mut [T]) {
    let n = src.len().min(dst.len());
    dispatch(Map::<F, T> { src: &src[..n], dst: &mut dst[..n], function: std::marker::PhantomData });
}

/// `dst[i] = F(x[i], y[i])` for as many elements as the shortest slice has.
pub fn map2<F: Binary, T: Real>(x: &[T], y: &[T], dst: &mut [T]) {
    let n = x.len().min(y.len()).min(dst.len());
    dispatch(Map2::<F, T> { x: &x[..n], y: &y[..n], dst: &mut dst[..n], function: std::marker::PhantomData });
}

struct Map<'a, F, T> {
    src: &'a [T],
    dst: &'a mut [T],
    function: std::marker::PhantomData<F>,
}

impl<F: Unary, T: Real> Kernel for Map<'_, F, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let lanes = T::Lanes::<S>::LANES;
        let (mut src, mut dst) = (self.src.chunks_exact(lanes), self.dst.chunks_exact_mut(lanes));
        for (src, dst) in src.by_ref().zip(dst.by_ref()) {
            T::unary::<F, S>(T::Lanes::<S>::load(isa, src)).store(dst);
        }
        if !src.remainder().is_empty() {
            T::unary::<F, S>(T::Lanes::<S>::load_part(isa, src.remainder())).store_part(dst.into_remainder());
        }
    }
}

struct Map2<'a, F, T> {
    x: &'a [T],
    y: &'a [T],
    dst: &'a mut [T],
    function: std::marker::PhantomData<F>,
}

impl<F: Binary, T: Real> Kernel for Map2<'_, F, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let lanes = T::Lanes::<S>::LANES;
        let (mut x, mut y, mut dst) = (self.x.chunks_exact(lanes), self.y.chunks_exact(lanes), self.dst.chunks_exact_mut(lanes));
        for ((x, y), dst) in x.by_ref().zip(y.by_ref()).zip(dst.by_ref()) {
            T::binary::<F, S>(T::Lanes::<S>::load(isa, x), T::Lanes::<S>::load(isa, y)).store(dst);
        }
        if !x.remainder().is_empty() {
            let (x, y) = (T::Lanes::<S>::load_part(isa, x.remainder()), T::Lanes::<S>::load_part(isa, y.remainder()));
            T::binary::<F, S>(x, y).store_part(dst.into_remainder());
        }
    }
}
