//! Gathers, entry by entry.

use ndarray::{ArrayD, ArrayViewD, Axis, IxDyn};
use talray_core::Result;

use super::array::{axis, bits, integers, position, write_bits};
use crate::{Call, KernelDef};

pub static GATHER: KernelDef = KernelDef { op: "gather", run: gather, strided: true };
pub static GATHER_ND: KernelDef = KernelDef { op: "gather_nd", run: gather_nd, strided: true };
pub static TAKE_ALONG_AXIS: KernelDef = KernelDef { op: "take_along_axis", run: take_along_axis, strided: true };

fn gather(call: &mut Call<'_>) -> Result<()> {
    let (x, at) = (bits(call, 0)?, integers(call, 1)?);
    let axis = axis(call, x.ndim())?;
    let mut out = Vec::new();
    gathered(x.view(), at.view(), axis, call.attrs.usize("batch_dims")?, &mut out)?;
    write_bits(call, 0, &out);
    Ok(())
}

/// Batch by batch, until none is left.
fn gathered(x: ArrayViewD<'_, u64>, at: ArrayViewD<'_, i64>, axis: usize, batch: usize, out: &mut Vec<u64>) -> Result<()> {
    if batch == 0 {
        let n = x.shape()[axis];
        let at: Vec<usize> = at.iter().enumerate().map(|(p, &i)| position(i, n, p)).collect::<Result<_>>()?;
        out.extend(x.select(Axis(axis), &at));
        return Ok(());
    }
    x.outer_iter().zip(at.outer_iter()).try_for_each(|(x, at)| gathered(x, at, axis - 1, batch - 1, out))
}

fn gather_nd(call: &mut Call<'_>) -> Result<()> {
    let (x, at) = (bits(call, 0)?, integers(call, 1)?);
    let mut out = Vec::new();
    tuples(x.view(), at.view(), call.attrs.usize("batch_dims")?, &mut out)?;
    write_bits(call, 0, &out);
    Ok(())
}

fn tuples(x: ArrayViewD<'_, u64>, at: ArrayViewD<'_, i64>, batch: usize, out: &mut Vec<u64>) -> Result<()> {
    if batch > 0 {
        return x.outer_iter().zip(at.outer_iter()).try_for_each(|(x, at)| tuples(x, at, batch - 1, out));
    }
    for tuple in at.lanes(Axis(at.ndim() - 1)) {
        let mut entry = x.view();
        for (p, &i) in tuple.iter().enumerate() {
            let i = position(i, entry.shape()[0], p)?;
            entry = entry.index_axis_move(Axis(0), i);
        }
        out.extend(entry);
    }
    Ok(())
}

fn take_along_axis(call: &mut Call<'_>) -> Result<()> {
    let (x, at) = (bits(call, 0)?, integers(call, 1)?);
    let axis = axis(call, x.ndim())?;
    let n = x.shape()[axis];
    let mut y = ArrayD::from_elem(IxDyn(&call.outputs[0].shape), 0);
    for (p, (index, y)) in y.indexed_iter_mut().enumerate() {
        let (mut from, mut of) = (index.clone(), index);
        for d in 0..x.ndim() {
            if d != axis && x.shape()[d] == 1 {
                from[d] = 0;
            }
            if at.shape()[d] == 1 {
                of[d] = 0;
            }
        }
        from[axis] = position(at[of], n, p)?;
        *y = x[from];
    }
    write_bits(call, 0, &y);
    Ok(())
}
