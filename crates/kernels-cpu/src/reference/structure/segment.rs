//! Segment reductions, row by row.

use ndarray::{ArrayD, Axis, IxDyn};
use talray_core::{DType, Error, Result};

use super::array::{Number, by_kind, input, integers};
use crate::{Call, KernelDef};

macro_rules! kernels {
    ($($sorted:ident $sorted_name:literal $unsorted:ident $unsorted_name:literal $run:ident;)*) => { $(
        pub static $sorted: KernelDef = KernelDef {
            op: $sorted_name,
            run: |call| { in_order(call)?; by_kind!(call.input(0)?.dtype, N => $run::<N>(call)) },
            strided: true,
        };
        pub static $unsorted: KernelDef = KernelDef {
            op: $unsorted_name,
            run: |call| by_kind!(call.input(0)?.dtype, N => $run::<N>(call)),
            strided: true,
        };
    )* };
}
kernels! {
    SUM "segment_sum" UNSORTED_SUM "unsorted_segment_sum" sum;
    PROD "segment_prod" UNSORTED_PROD "unsorted_segment_prod" prod;
    MEAN "segment_mean" UNSORTED_MEAN "unsorted_segment_mean" mean;
    MAX "segment_max" UNSORTED_MAX "unsorted_segment_max" max;
    MIN "segment_min" UNSORTED_MIN "unsorted_segment_min" min;
}

fn in_order(call: &Call<'_>) -> Result<()> {
    let mut last = 0;
    for (at, id) in integers(call, 1)?.into_iter().enumerate() {
        if id < last {
            return Err(Error::shape(format!(
                "segment id {id} at position {at} follows {last}: ids must not be negative nor decrease"
            )));
        }
        last = id;
    }
    Ok(())
}

/// The folded segments and how many rows each has.
fn fold<N: Number, A: Copy>(
    call: &Call<'_>,
    take: impl Fn(N) -> A,
    start: A,
    merge: impl Fn(A, A) -> A,
) -> Result<(ArrayD<A>, Vec<usize>)> {
    let (x, ids) = (input::<N>(call, 0)?, integers(call, 1)?);
    let mut out = ArrayD::from_elem(IxDyn(&call.outputs[0].shape), start);
    let segments = out.shape()[0];
    let mut counts = vec![0; segments];
    let mut x = x.into_iter();
    let inner: usize = out.shape()[1..].iter().product();
    for (at, id) in ids.into_iter().enumerate() {
        let row: Vec<N> = x.by_ref().take(inner).collect();
        if id >= segments as i64 {
            return Err(Error::shape(format!("segment id {id} at position {at} is outside {segments} segments")));
        }
        if id >= 0 {
            counts[id as usize] += 1;
            let mut to = out.index_axis_mut(Axis(0), id as usize);
            to.iter_mut().zip(row).for_each(|(to, x)| *to = merge(*to, take(x)));
        }
    }
    Ok((out, counts))
}

fn sum<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let truth = call.outputs[0].dtype == DType::Bool;
    let (y, _) = fold::<N, N>(call, |x| x, N::ZERO, |a, b| if truth { a.larger(b) } else { a.plus(b) })?;
    N::write(call, 0, &y)
}

fn prod<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let (y, _) = fold::<N, N>(call, |x| x, N::ONE, N::times)?;
    N::write(call, 0, &y)
}

fn mean<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let (mut y, counts) = fold::<N, f64>(call, N::to_f64, 0.0, |a, b| a + b)?;
    y.outer_iter_mut().zip(counts).for_each(|(mut row, n)| row.mapv_inplace(|y| y / n.max(1) as f64));
    f64::write(call, 0, &y)
}

fn max<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let dtype = call.outputs[0].dtype;
    let (mut y, counts) = fold::<N, N>(call, |x| x, N::range(dtype).0, N::larger)?;
    fill_empty(&mut y, &counts, N::limits(dtype).0);
    N::write(call, 0, &y)
}

fn min<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let dtype = call.outputs[0].dtype;
    let (mut y, counts) = fold::<N, N>(call, |x| x, N::range(dtype).1, N::smaller)?;
    fill_empty(&mut y, &counts, N::limits(dtype).1);
    N::write(call, 0, &y)
}

fn fill_empty<A: Copy>(y: &mut ArrayD<A>, counts: &[usize], value: A) {
    y.outer_iter_mut().zip(counts).filter(|(_, n)| **n == 0).for_each(|(mut row, _)| row.fill(value));
}
