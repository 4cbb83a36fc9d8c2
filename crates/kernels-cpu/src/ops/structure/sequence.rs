//! `arange`, `linspace`, `iota`, `size`: numbers that follow from sizes and attributes.

use talray_core::Result;
use talray_core::infer::{normalize_axes, normalize_axis};

use crate::{Call, Element, KernelDef, dispatch};

pub static ARANGE: KernelDef =
    KernelDef { op: "arange", run: |call| dispatch!(call.outputs[0].dtype, T => arange::<T>(call)), strided: false };
pub static LINSPACE: KernelDef =
    KernelDef { op: "linspace", run: |call| dispatch!(call.outputs[0].dtype, T => linspace::<T>(call)), strided: false };
pub static IOTA: KernelDef =
    KernelDef { op: "iota", run: |call| dispatch!(call.outputs[0].dtype, T => iota::<T>(call)), strided: false };
pub static SIZE: KernelDef =
    KernelDef { op: "size", run: |call| dispatch!(call.outputs[0].dtype, T => size::<T>(call)), strided: true };

fn arange<T: Element>(call: &mut Call<'_>) -> Result<()> {
    let (start, step) = (call.attrs.f64("start")?, call.attrs.f64("step")?);
    let mut out = call.output(0);
    out.slice::<T>()?.iter_mut().enumerate().for_each(|(i, o)| *o = T::from_f64(start + i as f64 * step));
    Ok(())
}

fn linspace<T: Element>(call: &mut Call<'_>) -> Result<()> {
    let (start, stop) = (call.attrs.f64("start")?, call.attrs.f64("stop")?);
    let endpoint = call.attrs.bool("endpoint")?;
    let mut out = call.output(0);
    let out = out.slice::<T>()?;
    let steps = out.len().saturating_sub(usize::from(endpoint)).max(1) as f64;
    out.iter_mut().enumerate().for_each(|(i, o)| *o = T::from_f64(start + i as f64 * ((stop - start) / steps)));
    if let (true, [_, .., last]) = (endpoint, out) {
        *last = T::from_f64(stop);
    }
    Ok(())
}

fn iota<T: Element>(call: &mut Call<'_>) -> Result<()> {
    let mut out = call.output(0);
    let axis = normalize_axis(call.attrs.i64("axis")?, out.shape.len())?;
    let n = out.shape[axis];
    let inner: usize = out.shape[axis + 1..].iter().product();
    let out = out.slice::<T>()?;
    if !out.is_empty() {
        out.chunks_exact_mut(inner).enumerate().for_each(|(i, o)| o.fill(T::from_f64((i % n) as f64)));
    }
    Ok(())
}

fn size<T: Element>(call: &mut Call<'_>) -> Result<()> {
    let x = call.input(0)?;
    let axes = normalize_axes(call.attrs, "axis", x.shape.len())?;
    let n: usize = axes.iter().map(|&a| x.shape[a]).product();
    call.output(0).slice::<T>()?[0] = T::from_f64(n as f64);
    Ok(())
}
