//! Scatters, update by update.

use ndarray::{ArrayD, Axis, IxDyn};
use talray_core::{DType, Result};

use super::array::{Number, axis, by_kind, input, integers, position};
use crate::{Call, KernelDef};

macro_rules! kernels {
    ($($def:ident $op:literal $run:ident;)*) => { $(
        pub static $def: KernelDef =
            KernelDef { op: $op, run: |call| by_kind!(call.outputs[0].dtype, N => $run::<N>(call)), strided: true };
    )* };
}
kernels! {
    ND "scatter_nd" scatter_nd;
    UPDATE "scatter_update" scatter_update;
    ADD "scatter_add" scatter_add;
    MIN "scatter_min" scatter_min;
    MAX "scatter_max" scatter_max;
    ALONG_AXIS "scatter_along_axis" scatter_along_axis;
}

/// Merges updates (input `first + 1`) into `old` at index tuples (input `first`).
fn scatter<N: Number>(call: &mut Call<'_>, mut old: ArrayD<N>, first: usize, merge: impl Fn(N, N) -> N) -> Result<()> {
    let (at, updates) = (integers(call, first)?, input::<N>(call, first + 1)?);
    let mut updates = updates.iter();
    for tuple in at.lanes(Axis(at.ndim() - 1)) {
        let mut entry = old.view_mut();
        for (p, &i) in tuple.iter().enumerate() {
            let i = position(i, entry.shape()[0], p)?;
            entry = entry.index_axis_move(Axis(0), i);
        }
        // Entry first: zip must not take an update too many.
        entry.iter_mut().zip(updates.by_ref()).for_each(|(e, u)| *e = merge(*e, *u));
    }
    N::write(call, 0, &old)
}

/// A sum; of truth values, whether one is true.
fn sum<N: Number>(dtype: DType) -> impl Fn(N, N) -> N {
    move |a, b| if dtype == DType::Bool { a.larger(b) } else { a.plus(b) }
}

fn scatter_nd<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let zeros = ArrayD::from_elem(IxDyn(&call.outputs[0].shape), N::ZERO);
    let dtype = call.outputs[0].dtype;
    scatter(call, zeros, 0, sum(dtype))
}

fn scatter_add<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let (old, dtype) = (input::<N>(call, 0)?, call.outputs[0].dtype);
    scatter(call, old, 1, sum(dtype))
}

fn scatter_update<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let old = input::<N>(call, 0)?;
    scatter(call, old, 1, |_, new| new)
}

fn scatter_min<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let old = input::<N>(call, 0)?;
    scatter(call, old, 1, N::smaller)
}

fn scatter_max<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let old = input::<N>(call, 0)?;
    scatter(call, old, 1, N::larger)
}

fn scatter_along_axis<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let (at, updates) = (integers(call, 0)?, input::<N>(call, 1)?);
    let axis = axis(call, updates.ndim())?;
    let mut sums = ArrayD::from_elem(IxDyn(&call.outputs[0].shape), N::ZERO);
    let n = sums.shape()[axis];
    let add = sum(call.outputs[0].dtype);
    for (p, ((mut index, &i), &u)) in at.indexed_iter().zip(&updates).enumerate() {
        index[axis] = position(i, n, p)?;
        sums[&index] = add(sums[&index], u);
    }
    N::write(call, 0, &sums)
}
