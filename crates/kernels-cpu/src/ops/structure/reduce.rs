//! `sum`, `prod`, `mean`, `max`, `min`, `any`, `all`

use talray_core::infer::normalize_axes;
use talray_core::{AttrsRef, Error, Result};

use crate::families::copy::elements_mut;
use crate::families::number::Wide;
use crate::families::reduce::{Elements, Fold, Make, Max, Min, Prod, Sum, reduce};
use crate::{Call, Element, Input, KernelDef, Pool, dispatch, wide};

pub static SUM: KernelDef =
    KernelDef { op: "sum", run: |call| wide!(call.input(0)?.dtype, W => run::<W, Sum>(call)), strided: false };
pub static PROD: KernelDef =
    KernelDef { op: "prod", run: |call| wide!(call.input(0)?.dtype, W => run::<W, Prod>(call)), strided: false };
pub static MEAN: KernelDef = KernelDef { op: "mean", run: mean, strided: false };
pub static MAX: KernelDef =
    KernelDef { op: "max", run: |call| wide!(call.input(0)?.dtype, W => extreme::<W, Max>(call)), strided: false };
pub static MIN: KernelDef =
    KernelDef { op: "min", run: |call| wide!(call.input(0)?.dtype, W => extreme::<W, Min>(call)), strided: false };
pub static ANY: KernelDef = KernelDef { op: "any", run: truth::<Max>, strided: false };
pub static ALL: KernelDef = KernelDef { op: "all", run: truth::<Min>, strided: false };

/// Reduces input 0 over attribute `axis` into output 0.
fn run<W: Wide, F: Fold<W>>(call: &mut Call<'_>) -> Result<()> {
    let x = call.input(0)?;
    let axes = normalize_axes(call.attrs, "axis", x.shape.len())?;
    let pool = call.pool;
    let values = W::read(&x)?;
    W::fill(&mut call.output(0), |out| reduce::<W, F>(Elements::Slice(&values), x.shape, |i| axes.contains(&i), out, pool))
}

fn extreme<W: Wide, F: Fold<W>>(call: &mut Call<'_>) -> Result<()> {
    let x = call.input(0)?;
    if x.is_empty() && !call.outputs[0].is_empty() {
        return Err(Error::shape(format!("nothing to reduce: shape {:?} is empty along a reduced axis", x.shape)));
    }
    run::<W, F>(call)
}

fn mean(call: &mut Call<'_>) -> Result<()> {
    let x = call.input(0)?;
    if x.dtype.is_float() {
        return wide!(x.dtype, W => float_mean::<W>(call));
    }
    // Integers are summed in f64 and given in f32.
    let axes = normalize_axes(call.attrs, "axis", x.shape.len())?;
    let n = count(&x, &axes);
    let values: Vec<f64> = dispatch!(x.dtype, T => x.slice::<T>()?.iter().map(|x| x.to_f64()).collect());
    let mut sums = vec![0.0; call.outputs[0].len()];
    reduce::<f64, Sum>(Elements::Slice(&values), x.shape, |i| axes.contains(&i), &mut sums, call.pool);
    call.output(0).slice::<f32>()?.iter_mut().zip(sums).for_each(|(o, s)| *o = (s / n) as f32);
    Ok(())
}

fn float_mean<W: Wide>(call: &mut Call<'_>) -> Result<()> {
    let x = call.input(0)?;
    let axes = normalize_axes(call.attrs, "axis", x.shape.len())?;
    let n = count(&x, &axes);
    let pool = call.pool;
    let values = W::read(&x)?;
    W::fill(&mut call.output(0), |out| {
        reduce::<W, Sum>(Elements::Slice(&values), x.shape, |i| axes.contains(&i), out, pool);
        out.iter_mut().for_each(|o| *o = W::from_f64(o.to_f64() / n));
    })
}

/// Is it one of the kernels that [`made`] stands for?
pub(crate) fn takes_made(kernel: &KernelDef) -> bool {
    [&SUM, &PROD, &MEAN, &MAX, &MIN].iter().any(|k| std::ptr::eq(*k, kernel))
}

/// What `kernel` gives for float elements of `shape`, none of its sizes 0, that are made when they are wanted.
pub(crate) fn made<W: Wide>(
    kernel: &KernelDef,
    attrs: AttrsRef<'_>,
    shape: &[usize],
    make: Make<'_, W>,
    out: &mut [W],
    pool: &Pool,
) -> Result<()> {
    let axes = normalize_axes(attrs, "axis", shape.len())?;
    let reduced = |i: usize| axes.contains(&i);
    let x = Elements::Made(shape.iter().product(), make);
    match kernel.op {
        "prod" => reduce::<W, Prod>(x, shape, reduced, out, pool),
        "max" => reduce::<W, Max>(x, shape, reduced, out, pool),
        "min" => reduce::<W, Min>(x, shape, reduced, out, pool),
        _ => reduce::<W, Sum>(x, shape, reduced, out, pool),
    }
    if kernel.op == "mean" {
        let n = axes.iter().map(|&a| shape[a]).product::<usize>() as f64;
        out.iter_mut().for_each(|o| *o = W::from_f64(o.to_f64() / n));
    }
    Ok(())
}

/// How many elements are reduced into one.
fn count(x: &Input<'_>, axes: &[usize]) -> f64 {
    axes.iter().map(|&a| x.shape[a]).product::<usize>() as f64
}

/// The largest or smallest of 0 and 1.
fn truth<F: Fold<u32>>(call: &mut Call<'_>) -> Result<()> {
    let x = call.input(0)?;
    let axes = normalize_axes(call.attrs, "axis", x.shape.len())?;
    let values: Vec<u32> = dispatch!(x.dtype, T => x.slice::<T>()?.iter().map(|x| u32::from(x.to_f64() != 0.0)).collect());
    let mut found = vec![0; call.outputs[0].len()];
    reduce::<u32, F>(Elements::Slice(&values), x.shape, |i| axes.contains(&i), &mut found, call.pool);
    elements_mut::<u8>(call.output(0).bytes)?.iter_mut().zip(found).for_each(|(o, f)| *o = u8::from(f != 0));
    Ok(())
}
