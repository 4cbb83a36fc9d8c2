//! Reductions, axis by axis, in order.

use ndarray::{ArrayD, Axis};
use talray_core::infer::normalize_axes;
use talray_core::{Error, Result};

use super::array::{Number, axis, by_kind, input};
use crate::{Call, KernelDef};

macro_rules! kernels {
    ($($def:ident $op:literal $run:ident;)*) => { $(
        pub static $def: KernelDef =
            KernelDef { op: $op, run: |call| by_kind!(call.input(0)?.dtype, N => $run::<N>(call)), strided: true };
    )* };
}
kernels! {
    SUM "sum" sum;
    PROD "prod" prod;
    MEAN "mean" mean;
    MAX "max" max;
    MIN "min" min;
    ANY "any" any;
    ALL "all" all;
    ARGMAX "argmax" argmax;
    ARGMIN "argmin" argmin;
}

/// Folds the axes of attribute `axis`, the last one first.
fn fold<A: Clone>(call: &Call<'_>, mut x: ArrayD<A>, start: A, merge: impl Fn(&A, &A) -> A) -> Result<ArrayD<A>> {
    let axes = normalize_axes(call.attrs, "axis", x.ndim())?;
    for axis in axes.into_iter().rev() {
        x = x.fold_axis(Axis(axis), start.clone(), &merge);
    }
    Ok(x)
}

fn sum<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let y = fold(call, input::<N>(call, 0)?, N::ZERO, |a, b| a.plus(*b))?;
    N::write(call, 0, &y)
}

fn prod<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let y = fold(call, input::<N>(call, 0)?, N::ONE, |a, b| a.times(*b))?;
    N::write(call, 0, &y)
}

fn mean<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let x = input::<N>(call, 0)?;
    let n: usize = normalize_axes(call.attrs, "axis", x.ndim())?.iter().map(|&a| x.shape()[a]).product();
    let y = fold(call, x.mapv(N::to_f64), 0.0, |a, b| a + b)? / n as f64;
    f64::write(call, 0, &y)
}

/// Refuses a choice out of nothing.
fn some<T>(call: &Call<'_>, x: &ArrayD<T>) -> Result<()> {
    if x.is_empty() && !call.outputs[0].is_empty() {
        return Err(Error::shape(format!("nothing to reduce: shape {:?} is empty along a reduced axis", x.shape())));
    }
    Ok(())
}

fn max<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let x = input::<N>(call, 0)?;
    some(call, &x)?;
    let y = fold(call, x, N::range(call.outputs[0].dtype).0, |a, b| a.larger(*b))?;
    N::write(call, 0, &y)
}

fn min<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let x = input::<N>(call, 0)?;
    some(call, &x)?;
    let y = fold(call, x, N::range(call.outputs[0].dtype).1, |a, b| a.smaller(*b))?;
    N::write(call, 0, &y)
}

fn any<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let x = input::<N>(call, 0)?.mapv(|x| i128::from(x != N::ZERO));
    let y = fold(call, x, 0, |a, b| a | b)?;
    i128::write(call, 0, &y)
}

fn all<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let x = input::<N>(call, 0)?.mapv(|x| i128::from(x != N::ZERO));
    let y = fold(call, x, 1, |a, b| a & b)?;
    i128::write(call, 0, &y)
}

fn argmax<N: Number>(call: &mut Call<'_>) -> Result<()> {
    place::<N>(call, |x, best| x > best)
}

fn argmin<N: Number>(call: &mut Call<'_>) -> Result<()> {
    place::<N>(call, |x, best| x < best)
}

/// The first place of NaN, or else of an element than which none is better.
fn place<N: Number>(call: &mut Call<'_>, better: impl Fn(N, N) -> bool) -> Result<()> {
    let x = input::<N>(call, 0)?;
    some(call, &x)?;
    let first = |line: Vec<N>| {
        let mut best = 0;
        for (i, &x) in line.iter().enumerate() {
            if !line[best].nan() && (x.nan() || better(x, line[best])) {
                best = i;
            }
        }
        best as i128
    };
    let y = if call.attrs.has("axis") {
        x.map_axis(Axis(axis(call, x.ndim())?), |line| first(line.to_vec()))
    } else {
        ArrayD::from_elem(vec![], first(x.iter().copied().collect()))
    };
    i128::write(call, 0, &y)
}
