//! Runs of plain arithmetic inside a chain, a few vectors at a time: the running value stays in registers from one
//! operation to the next, and only values that are needed again are stored. Each operation still rounds by itself.
//!
//! ```text
//! m + (g − m)·b   →   Load g · Subtract m · Multiply b · Add m · Store m
//! ```
#![expect(unsafe_code, reason = "tiles are parts of the block machine's arrays")]

use talray_core::DType;
use talray_core::expr::Prim;

use super::level::Level;
use super::map::Real;
use super::math;
use super::portable::Portable;
use super::vector::{Isa, Kernel, Vector};
#[cfg(target_arch = "x86_64")]
use super::{avx2::Avx2, avx512::Avx512};

/// What is done to the running value; binary ones take the array in the operation's slot as second operand, those
/// that end in `From` as first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Load,
    Store,
    Add,
    Subtract,
    SubtractFrom,
    Multiply,
    Divide,
    DivideFrom,
    Least,
    Greatest,
    Square,
    Root,
    Negate,
    Magnitude,
}

/// An act and the slot of its array.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    pub(crate) act: Act,
    pub(crate) slot: u16,
}

/// Runs operations over `n` elements of the arrays in a slot table.
pub(crate) type Tile = unsafe fn(&[Operation], &[*mut u8], usize);

/// The act of a primitive whose first argument is the running value, where it has one.
pub(crate) fn act(prim: Prim) -> Option<Act> {
    Some(match prim {
        Prim::Add => Act::Add,
        Prim::Sub => Act::Subtract,
        Prim::Mul => Act::Multiply,
        Prim::Div => Act::Divide,
        Prim::Min => Act::Least,
        Prim::Max => Act::Greatest,
        Prim::Sqrt => Act::Root,
        Prim::Neg => Act::Negate,
        Prim::Abs => Act::Magnitude,
        _ => return None,
    })
}

/// The act with operands exchanged: the running value is the second argument. Sum, product, least and greatest are
/// the same to the bit, but for which of two NaNs they give.
pub(crate) fn exchanged(act: Act) -> Option<Act> {
    Some(match act {
        Act::Add | Act::Multiply | Act::Least | Act::Greatest => act,
        Act::Subtract => Act::SubtractFrom,
        Act::Divide => Act::DivideFrom,
        _ => return None,
    })
}

/// The runner for values of `dtype`, which is f32 or f64.
pub(crate) fn tile(dtype: DType, level: Level) -> Option<Tile> {
    match dtype {
        DType::F32 => Some(at::<f32>(level)),
        DType::F64 => Some(at::<f64>(level)),
        _ => None,
    }
}

fn at<T: Real>(level: Level) -> Tile {
    match level {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => entered::<T, Avx512>,
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => entered::<T, Avx2>,
        _ => entered::<T, Portable>,
    }
}

unsafe fn entered<T: Real, S: Isa>(operations: &[Operation], slots: &[*mut u8], n: usize) {
    // SAFETY: `at` is asked for levels that the machine has.
    unsafe { S::assume() }.enter(Run { operations, slots, n, of: std::marker::PhantomData::<T> });
}

struct Run<'a, T> {
    operations: &'a [Operation],
    slots: &'a [*mut u8],
    n: usize,
    of: std::marker::PhantomData<T>,
}

impl<T: Real> Kernel for Run<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let lanes = T::Lanes::<S>::LANES;
        let mut at = 0;
        while at + 8 * lanes <= self.n {
            self.pass::<S, 8>(isa, at, lanes);
            at += 8 * lanes;
        }
        while at < self.n {
            self.pass::<S, 1>(isa, at, lanes.min(self.n - at));
            at += lanes;
        }
    }
}

impl<T: Real> Run<'_, T> {
    /// `W` vectors from element `at` on, each of `len` elements.
    #[inline(always)]
    fn pass<S: Isa, const W: usize>(&self, isa: S, at: usize, len: usize) {
        let lanes = T::Lanes::<S>::LANES;
        let mut value = [T::Lanes::<S>::splat(isa, T::default()); W];
        for operation in self.operations {
            let array = self.slots[usize::from(operation.slot)].cast::<T>().wrapping_add(at);
            let other = |i: usize| {
                // SAFETY: the arrays hold n elements, of which at + i·lanes + len is at most one past the last.
                let slice = unsafe { std::slice::from_raw_parts(array.wrapping_add(i * lanes), len) };
                if W > 1 || len == lanes { Vector::load(isa, slice) } else { Vector::load_part(isa, slice) }
            };
            macro_rules! each {
                ($f:expr) => {
                    for (i, value) in value.iter_mut().enumerate() {
                        *value = $f(*value, i);
                    }
                };
            }
            match operation.act {
                Act::Load => each!(|_, i| other(i)),
                Act::Add => each!(|v, i| v + other(i)),
                Act::Subtract => each!(|v, i| v - other(i)),
                Act::SubtractFrom => each!(|v, i| other(i) - v),
                Act::Multiply => each!(|v, i| v * other(i)),
                Act::Divide => each!(|v, i| v / other(i)),
                Act::DivideFrom => each!(|v, i| other(i) / v),
                Act::Least => each!(|v, i| math::least(v, other(i))),
                Act::Greatest => each!(|v, i| math::greatest(v, other(i))),
                Act::Square => each!(|v, _| v * v),
                Act::Root => each!(|v: T::Lanes<S>, _| v.sqrt()),
                Act::Negate => each!(|v: T::Lanes<S>, _| -v),
                Act::Magnitude => each!(|v: T::Lanes<S>, _| v.abs()),
                Act::Store => {
                    for (i, value) in value.iter().enumerate() {
                        // SAFETY: as for `other`; what was read before is not held as a reference any more.
                        let slice = unsafe { std::slice::from_raw_parts_mut(array.wrapping_add(i * lanes), len) };
                        if W > 1 || len == lanes { value.store(slice) } else { value.store_part(slice) }
                    }
                }
            }
        }
    }
}
