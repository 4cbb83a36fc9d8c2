//! The segment reductions, sorted and unsorted.

use talray_core::{DType, Result};

use crate::families::gather::integers;
use crate::families::number::{Wide, limits};
use crate::families::reduce::{Fold, Max, Min, Prod, Sum};
use crate::families::segment::{Finish, check, segment};
use crate::{Call, Element, KernelDef, dispatch, wide};

macro_rules! kernels {
    ($($sorted:ident $sorted_name:literal $unsorted:ident $unsorted_name:literal $run:ident;)*) => { $(
        pub static $sorted: KernelDef = KernelDef { op: $sorted_name, run: |call| $run(call, true), strided: false };
        pub static $unsorted: KernelDef = KernelDef { op: $unsorted_name, run: |call| $run(call, false), strided: false };
    )* };
}
kernels! {
    SUM "segment_sum" UNSORTED_SUM "unsorted_segment_sum" sum;
    PROD "segment_prod" UNSORTED_PROD "unsorted_segment_prod" prod;
    MEAN "segment_mean" UNSORTED_MEAN "unsorted_segment_mean" mean;
    MAX "segment_max" UNSORTED_MAX "unsorted_segment_max" max;
    MIN "segment_min" UNSORTED_MIN "unsorted_segment_min" min;
}

fn run<W: Wide, F: Fold<W>>(call: &mut Call<'_>, sorted: bool, finish: Option<Finish<'_, W>>) -> Result<()> {
    let (x, ids) = (call.input(0)?, integers(&call.input(1)?)?);
    let pool = call.pool;
    let mut out = call.output(0);
    check(&ids, out.shape[0], sorted)?;
    let inner = out.shape[1..].iter().product();
    let x = W::read(&x)?;
    W::fill(&mut out, |out| segment::<W, F>(&x, &ids, None, inner, out, finish, pool))
}

fn sum(call: &mut Call<'_>, sorted: bool) -> Result<()> {
    match call.input(0)?.dtype {
        DType::Bool => run::<u32, Max>(call, sorted, None),
        d => wide!(d, W => run::<W, Sum>(call, sorted, None)),
    }
}

fn prod(call: &mut Call<'_>, sorted: bool) -> Result<()> {
    match call.input(0)?.dtype {
        DType::Bool => min(call, sorted),
        d => wide!(d, W => run::<W, Prod>(call, sorted, None)),
    }
}

fn max(call: &mut Call<'_>, sorted: bool) -> Result<()> {
    let dtype = call.input(0)?.dtype;
    wide!(dtype, W => {
        let (lowest, _) = limits::<W>(dtype);
        run::<W, Max>(call, sorted, Some(&|row, n| if n == 0 { row.fill(lowest) }))
    })
}

fn min(call: &mut Call<'_>, sorted: bool) -> Result<()> {
    let dtype = call.input(0)?.dtype;
    wide!(dtype, W => {
        let (_, highest) = limits::<W>(dtype);
        run::<W, Min>(call, sorted, Some(&|row, n| if n == 0 { row.fill(highest) }))
    })
}

fn mean(call: &mut Call<'_>, sorted: bool) -> Result<()> {
    let x = call.input(0)?;
    if x.dtype.is_float() {
        return wide!(x.dtype, W => run::<W, Sum>(call, sorted, Some(&divide)));
    }
    // Integers are summed in f64 and given in f32.
    let ids = integers(&call.input(1)?)?;
    let mut out = call.output(0);
    check(&ids, out.shape[0], sorted)?;
    let inner = out.shape[1..].iter().product();
    let values: Vec<f64> = dispatch!(x.dtype, T => x.slice::<T>()?.iter().map(|x| x.to_f64()).collect());
    let mut means = vec![0.0; out.len()];
    segment::<f64, Sum>(&values, &ids, None, inner, &mut means, Some(&divide), call.pool);
    out.slice::<f32>()?.iter_mut().zip(means).for_each(|(o, m)| *o = m as f32);
    Ok(())
}

fn divide<W: Wide>(row: &mut [W], n: u32) {
    let n = f64::from(n.max(1));
    row.iter_mut().for_each(|a| *a = W::from_f64(a.to_f64() / n));
}
