//! Arithmetic and functions of f32 and f64 blocks.

use std::marker::PhantomData;

use talray_core::expr::Prim;

use super::super::level::Level;
use super::super::map::Real;
use super::super::ops::{self, Binary, Unary};
use super::super::vector::{Isa, Vector};
use super::{Args, Loop, Step, at};

/// The loop of `prim` on `T`.
pub(super) fn step<T: Real>(prim: Prim, level: Level) -> Option<Step> {
    macro_rules! one {
        ($name:ident) => {
            at::<One<ops::$name, T>>(level)
        };
    }
    macro_rules! two {
        ($name:ident) => {
            at::<Two<ops::$name, T>>(level)
        };
    }
    Some(match prim {
        Prim::Neg => one!(Neg),
        Prim::Abs => one!(Abs),
        Prim::Floor => one!(Floor),
        Prim::Ceil => one!(Ceil),
        Prim::Trunc => one!(Trunc),
        Prim::Round => one!(Round),
        Prim::Sqrt => one!(Sqrt),
        Prim::Exp => one!(Exp),
        Prim::Exp2 => one!(Exp2),
        Prim::Expm1 => one!(Expm1),
        Prim::Log => one!(Log),
        Prim::Log2 => one!(Log2),
        Prim::Log1p => one!(Log1p),
        Prim::Sin => one!(Sin),
        Prim::Cos => one!(Cos),
        Prim::Tan => one!(Tan),
        Prim::Asin => one!(Asin),
        Prim::Acos => one!(Acos),
        Prim::Atan => one!(Atan),
        Prim::Sinh => one!(Sinh),
        Prim::Cosh => one!(Cosh),
        Prim::Tanh => one!(Tanh),
        Prim::Asinh => one!(Asinh),
        Prim::Acosh => one!(Acosh),
        Prim::Atanh => one!(Atanh),
        Prim::Sigmoid => one!(Sigmoid),
        Prim::Erf => one!(Erf),
        Prim::Erfc => one!(Erfc),
        Prim::Erfinv => one!(Erfinv),
        Prim::Lgamma => one!(Lgamma),
        Prim::Digamma => one!(Digamma),
        Prim::Add => two!(Add),
        Prim::Sub => two!(Sub),
        Prim::Mul => two!(Mul),
        Prim::Div => two!(Div),
        Prim::Min => two!(Min),
        Prim::Max => two!(Max),
        Prim::Rem => two!(Rem),
        Prim::FloorDiv => two!(FloorDiv),
        Prim::Mod => two!(Mod),
        Prim::Pow => two!(Pow),
        Prim::Atan2 => two!(Atan2),
        _ => return None,
    })
}

pub(super) struct One<F, T>(PhantomData<(F, T)>);

impl<F: Unary, T: Real> Loop for One<F, T> {
    #[inline(always)]
    unsafe fn run<S: Isa>(isa: S, args: &Args) {
        let lanes = T::Lanes::<S>::LANES;
        let (x, dst) = (args.src[0].cast::<T>(), args.dst.cast::<T>());
        let mut i = 0;
        while i + lanes <= args.n {
            // SAFETY: a whole vector from i on lies within n elements; the source is read before the result is written.
            unsafe {
                let y = T::unary::<F, S>(Vector::load(isa, std::slice::from_raw_parts(x.add(i), lanes)));
                y.store(std::slice::from_raw_parts_mut(dst.add(i), lanes));
            }
            i += lanes;
        }
        if i < args.n {
            // SAFETY: n − i elements are left.
            unsafe {
                let y = T::unary::<F, S>(Vector::load_part(isa, std::slice::from_raw_parts(x.add(i), args.n - i)));
                y.store_part(std::slice::from_raw_parts_mut(dst.add(i), args.n - i));
            }
        }
    }
}

struct Two<F, T>(PhantomData<(F, T)>);

impl<F: Binary, T: Real> Loop for Two<F, T> {
    #[inline(always)]
    unsafe fn run<S: Isa>(isa: S, args: &Args) {
        let lanes = T::Lanes::<S>::LANES;
        let (x, y, dst) = (args.src[0].cast::<T>(), args.src[1].cast::<T>(), args.dst.cast::<T>());
        let mut i = 0;
        while i + lanes <= args.n {
            // SAFETY: a whole vector from i on lies within n elements; sources are read before the result is written.
            unsafe {
                let a = Vector::load(isa, std::slice::from_raw_parts(x.add(i), lanes));
                let b = Vector::load(isa, std::slice::from_raw_parts(y.add(i), lanes));
                T::binary::<F, S>(a, b).store(std::slice::from_raw_parts_mut(dst.add(i), lanes));
            }
            i += lanes;
        }
        if i < args.n {
            // SAFETY: n − i elements are left.
            unsafe {
                let a = Vector::load_part(isa, std::slice::from_raw_parts(x.add(i), args.n - i));
                let b = Vector::load_part(isa, std::slice::from_raw_parts(y.add(i), args.n - i));
                T::binary::<F, S>(a, b).store_part(std::slice::from_raw_parts_mut(dst.add(i), args.n - i));
            }
        }
    }
}
