//! `gather_nd`, `scatter_nd`, `scatter_update`, `scatter_add`, `scatter_min`, `scatter_max`

use bytemuck::Pod;
use talray_core::{DType, Result};

use crate::families::copy::elements_mut;
use crate::families::gather::{gather, integers};
use crate::families::number::Wide;
use crate::families::reduce::{Fold, Max, Min, Sum};
use crate::families::segment::segment;
use crate::families::tuples::rows;
use crate::ops::structure::gather::contiguous;
use crate::{Call, Input, KernelDef, by_size, wide};

pub static GATHER_ND: KernelDef = KernelDef { op: "gather_nd", run: gather_nd, strided: false };
pub static SCATTER_ND: KernelDef = KernelDef { op: "scatter_nd", run: |call| add(call, 0), strided: false };
pub static ADD: KernelDef = KernelDef { op: "scatter_add", run: |call| add(call, 1), strided: false };
pub static MIN: KernelDef =
    KernelDef { op: "scatter_min", run: |call| wide!(call.outputs[0].dtype, W => fold::<W, Min>(call, 1)), strided: false };
pub static MAX: KernelDef =
    KernelDef { op: "scatter_max", run: |call| wide!(call.outputs[0].dtype, W => fold::<W, Max>(call, 1)), strided: false };
pub static UPDATE: KernelDef = KernelDef { op: "scatter_update", run: update, strided: false };

/// The rows that tuples name among the leading axes of `shape`, and the size of a row.
fn targets(at: &Input<'_>, shape: &[usize], batch: usize) -> Result<(Vec<i64>, usize)> {
    let k = at.shape[at.shape.len() - 1];
    let tuples = at.shape[..at.shape.len() - 1].iter().product();
    let batches = shape[..batch].iter().product();
    let rows = rows(&integers(at)?, &shape[batch..batch + k], tuples, batches)?;
    Ok((rows, shape[batch + k..].iter().product()))
}

fn gather_nd(call: &mut Call<'_>) -> Result<()> {
    let (x, at) = (call.input(0)?, call.input(1)?);
    let (rows, inner) = targets(&at, x.shape, call.attrs.usize("batch_dims")?)?;
    let pool = call.pool;
    let out = call.output(0);
    by_size!(x.dtype.size(), T => {
        let src = contiguous::<T>(&x)?;
        let n = src.len().checked_div(inner).unwrap_or(usize::MAX >> 1);
        gather(src, (1, n, inner), &rows, 1, elements_mut(out.bytes)?, pool)
    })
}

/// A sum; of truth values, whether one is true.
fn add(call: &mut Call<'_>, first: usize) -> Result<()> {
    match call.outputs[0].dtype {
        DType::Bool => fold::<u32, Max>(call, first),
        d => wide!(d, W => fold::<W, Sum>(call, first)),
    }
}

/// Folds updates into the old tensor (input 0 where `first` is 1), or into nothing.
fn fold<W: Wide, F: Fold<W>>(call: &mut Call<'_>, first: usize) -> Result<()> {
    let (at, updates) = (call.input(first)?, call.input(first + 1)?);
    let old = if first == 0 { None } else { Some(W::read(&call.input(0)?)?) };
    let pool = call.pool;
    let mut out = call.output(0);
    let (rows, inner) = targets(&at, &out.shape, 0)?;
    let updates = W::read(&updates)?;
    W::fill(&mut out, |out| segment::<W, F>(&updates, &rows, old.as_deref(), inner, out, None, pool))
}

fn update(call: &mut Call<'_>) -> Result<()> {
    let (x, at, updates) = (call.input(0)?, call.input(1)?, call.input(2)?);
    let out = call.output(0);
    let (rows, inner) = targets(&at, &out.shape, 0)?;
    by_size!(x.dtype.size(), T => put(contiguous::<T>(&x)?, &rows, contiguous(&updates)?, inner, elements_mut(out.bytes)?));
    Ok(())
}

fn put<T: Pod>(x: &[T], rows: &[i64], updates: &[T], inner: usize, out: &mut [T]) {
    out.copy_from_slice(x);
    if inner > 0 {
        for (&row, update) in rows.iter().zip(updates.chunks_exact(inner)) {
            out[row as usize * inner..][..inner].copy_from_slice(update);
        }
    }
}
