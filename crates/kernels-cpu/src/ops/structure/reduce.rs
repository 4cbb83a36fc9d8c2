//! `sum`, `prod`, `mean`, `max`, `min`, `any`, `all`

use bytemuck::Pod;
use talray_core::infer::normalize_axes;
use talray_core::{DType, Error, Result};

use crate::families::copy::elements_mut;
use crate::families::number::Number;
use crate::families::reduce::{All, Any, Fold, Max, Min, Prod, Sum, SumF64, reduce};
use crate::{Call, KernelDef, dispatch};

pub static SUM: KernelDef =
    KernelDef { op: "sum", run: |call| dispatch!(call.input(0)?.dtype, T => sum::<T, Sum>(call)), strided: false };
pub static PROD: KernelDef =
    KernelDef { op: "prod", run: |call| dispatch!(call.input(0)?.dtype, T => sum::<T, Prod>(call)), strided: false };
pub static MEAN: KernelDef = KernelDef { op: "mean", run: mean, strided: false };
pub static MAX: KernelDef =
    KernelDef { op: "max", run: |call| dispatch!(call.input(0)?.dtype, T => extreme::<T, Max>(call)), strided: false };
pub static MIN: KernelDef =
    KernelDef { op: "min", run: |call| dispatch!(call.input(0)?.dtype, T => extreme::<T, Min>(call)), strided: false };
pub static ANY: KernelDef =
    KernelDef { op: "any", run: |call| dispatch!(call.input(0)?.dtype, T => run::<T, Any, u8>(call, |a| a)), strided: false };
pub static ALL: KernelDef =
    KernelDef { op: "all", run: |call| dispatch!(call.input(0)?.dtype, T => run::<T, All, u8>(call, |a| a)), strided: false };

/// Reduces input 0 over attribute `axis` into output 0.
fn run<T: Number, F: Fold<T>, O: Pod + Send>(call: &mut Call<'_>, finish: impl Fn(F::Acc) -> O + Sync) -> Result<()> {
    let x = call.input(0)?;
    let axes = normalize_axes(call.attrs, "axis", x.shape.len())?;
    let pool = call.pool;
    let out = call.output(0);
    reduce::<T, F, O>(x.slice()?, x.shape, |i| axes.contains(&i), elements_mut(out.bytes)?, finish, pool);
    Ok(())
}

/// Sums and products: floats keep their dtype, integers come in the wider one.
fn sum<T: Number, F: Fold<T, Acc = T::Wide>>(call: &mut Call<'_>) -> Result<()> {
    if T::DTYPE.is_float() { run::<T, F, T>(call, T::narrow) } else { run::<T, F, T::Wide>(call, |a| a) }
}

fn extreme<T: Number, F: Fold<T, Acc = T::Wide>>(call: &mut Call<'_>) -> Result<()> {
    let x = call.input(0)?;
    if x.is_empty() && !call.outputs[0].is_empty() {
        return Err(Error::shape(format!("nothing to reduce: shape {:?} is empty along a reduced axis", x.shape)));
    }
    run::<T, F, T>(call, T::narrow)
}

fn mean(call: &mut Call<'_>) -> Result<()> {
    let x = call.input(0)?;
    let axes = normalize_axes(call.attrs, "axis", x.shape.len())?;
    let n = axes.iter().map(|&a| x.shape[a]).product::<usize>();
    match x.dtype {
        DType::F64 => run::<f64, Sum, f64>(call, |a| a / n as f64),
        DType::F32 => run::<f32, Sum, f32>(call, |a| a / n as f32),
        DType::F16 => half_mean::<half::f16>(call, n),
        DType::BF16 => half_mean::<half::bf16>(call, n),
        d => dispatch!(d, T => run::<T, SumF64, f32>(call, |a| (a / n as f64) as f32)),
    }
}

fn half_mean<T: Number<Wide = f32>>(call: &mut Call<'_>, n: usize) -> Result<()> {
    run::<T, Sum, T>(call, |a| T::narrow(a / n as f32))
}
