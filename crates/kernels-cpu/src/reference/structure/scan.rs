//! Cumulative ops, element by element.

use ndarray::Axis;
use talray_core::Result;

use super::array::{Number, axis, by_kind, input};
use crate::{Call, KernelDef};

macro_rules! kernels {
    ($($def:ident $op:literal $run:ident;)*) => { $(
        pub static $def: KernelDef =
            KernelDef { op: $op, run: |call| by_kind!(call.input(0)?.dtype, N => $run::<N>(call)), strided: true };
    )* };
}
kernels! {
    CUMSUM "cumsum" cumsum;
    CUMPROD "cumprod" cumprod;
    CUMMAX "cummax" cummax;
    CUMMIN "cummin" cummin;
    RECURRENCE "linear_recurrence" recurrence;
}

fn places(n: usize, reverse: bool) -> impl Iterator<Item = usize> {
    (0..n).map(move |i| if reverse { n - 1 - i } else { i })
}

fn scan<N: Number>(call: &mut Call<'_>, start: N, merge: impl Fn(N, N) -> N) -> Result<()> {
    let x = input::<N>(call, 0)?;
    let (exclusive, reverse) = (call.attrs.bool("exclusive")?, call.attrs.bool("reverse")?);
    let mut y = x.clone();
    let axis = Axis(axis(call, x.ndim())?);
    for (from, mut to) in x.lanes(axis).into_iter().zip(y.lanes_mut(axis)) {
        let mut acc = start;
        for i in places(from.len(), reverse) {
            let next = merge(acc, from[i]);
            to[i] = if exclusive { acc } else { next };
            acc = next;
        }
    }
    N::write(call, 0, &y)
}

fn cumsum<N: Number>(call: &mut Call<'_>) -> Result<()> {
    scan(call, N::ZERO, N::plus)
}

fn cumprod<N: Number>(call: &mut Call<'_>) -> Result<()> {
    scan(call, N::ONE, N::times)
}

fn cummax<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let start = N::range(call.outputs[0].dtype).0;
    scan(call, start, N::larger)
}

fn cummin<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let start = N::range(call.outputs[0].dtype).1;
    scan(call, start, N::smaller)
}

fn recurrence<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let (a, mut y) = (input::<N>(call, 0)?, input::<N>(call, 1)?);
    let axis = Axis(axis(call, a.ndim())?);
    let reverse = call.attrs.bool("reverse")?;
    for (a, mut y) in a.lanes(axis).into_iter().zip(y.lanes_mut(axis)) {
        let mut last = N::ZERO;
        for i in places(a.len(), reverse) {
            last = a[i].times(last).plus(y[i]);
            y[i] = last;
        }
    }
    N::write(call, 0, &y)
}
