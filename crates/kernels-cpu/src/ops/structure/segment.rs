//! The segment reductions, sorted and unsorted.

use talray_core::{DType, Result};

use crate::families::copy::elements_mut;
use crate::families::gather::indices;
use crate::families::number::{Number, Wide};
use crate::families::reduce::{Fold, Max, Min, Prod, Sum, SumF64};
use crate::families::segment::{Finish, check, segment};
use crate::{Call, KernelDef, by_index, dispatch};

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

fn run<T: Number, F: Fold<T>, O: bytemuck::Pod + Send>(
    call: &mut Call<'_>,
    sorted: bool,
    finish: Finish<F::Acc, O>,
) -> Result<()> {
    let (x, ids) = (call.input(0)?, call.input(1)?);
    let pool = call.pool;
    let out = call.output(0);
    let inner = out.shape[1..].iter().product();
    by_index!(ids.dtype, I => {
        let at = indices::<I>(&ids)?;
        check(at, out.shape[0], sorted)?;
        segment::<T, I, F, O>(x.slice()?, at, inner, elements_mut(out.bytes)?, &finish, pool);
    });
    Ok(())
}

fn sum(call: &mut Call<'_>, sorted: bool) -> Result<()> {
    dispatch!(call.input(0)?.dtype, T => run::<T, Sum, T>(call, sorted, Finish { row: None, narrow: T::narrow }))
}

fn prod(call: &mut Call<'_>, sorted: bool) -> Result<()> {
    dispatch!(call.input(0)?.dtype, T => run::<T, Prod, T>(call, sorted, Finish { row: None, narrow: T::narrow }))
}

fn max(call: &mut Call<'_>, sorted: bool) -> Result<()> {
    dispatch!(call.input(0)?.dtype, T => run::<T, Max, T>(call, sorted, Finish {
        row: Some(|row, n| if n == 0 { row.fill(T::MIN.widen()) }),
        narrow: T::narrow,
    }))
}

fn min(call: &mut Call<'_>, sorted: bool) -> Result<()> {
    dispatch!(call.input(0)?.dtype, T => run::<T, Min, T>(call, sorted, Finish {
        row: Some(|row, n| if n == 0 { row.fill(T::MAX.widen()) }),
        narrow: T::narrow,
    }))
}

fn mean(call: &mut Call<'_>, sorted: bool) -> Result<()> {
    match call.input(0)?.dtype {
        DType::F64 => float_mean::<f64>(call, sorted, |row, n| row.iter_mut().for_each(|a| *a /= f64::from(n.max(1)))),
        DType::F32 => float_mean::<f32>(call, sorted, |row, n| row.iter_mut().for_each(|a| *a /= n.max(1) as f32)),
        DType::F16 => float_mean::<half::f16>(call, sorted, |row, n| row.iter_mut().for_each(|a| *a /= n.max(1) as f32)),
        DType::BF16 => float_mean::<half::bf16>(call, sorted, |row, n| row.iter_mut().for_each(|a| *a /= n.max(1) as f32)),
        d => dispatch!(d, T => run::<T, SumF64, f32>(call, sorted, Finish {
            row: Some(|row, n| row.iter_mut().for_each(|a| *a /= f64::from(n.max(1)))),
            narrow: |a| a as f32,
        })),
    }
}

fn float_mean<T: Number<Wide: Wide>>(call: &mut Call<'_>, sorted: bool, row: fn(&mut [T::Wide], u32)) -> Result<()> {
    run::<T, Sum, T>(call, sorted, Finish { row: Some(row), narrow: T::narrow })
}
