//! `concat`

use talray_core::infer::normalize_axis;
use talray_core::{Error, Result};

use crate::families::copy::{copy, copy_into, elements, elements_mut, simplify};
use crate::{Call, Input, KernelDef, Pool, by_size};

pub static DEF: KernelDef = KernelDef { op: "concat", run, strided: true };

fn run(call: &mut Call<'_>) -> Result<()> {
    let inputs: Option<Vec<Input<'_>>> = call.inputs.iter().copied().collect();
    let inputs = inputs.ok_or_else(|| Error::internal("a tensor is missing"))?;
    let out = call.output(0);
    let axis = normalize_axis(call.attrs.i64("axis")?, out.shape.len())?;
    let pool = call.pool;
    by_size!(out.dtype.size(), T => concat::<T>(&inputs, axis, &out.shape, elements_mut(out.bytes)?, pool))
}

fn concat<T: bytemuck::Pod + Send + Sync>(
    inputs: &[Input<'_>],
    axis: usize,
    shape: &[usize],
    mut out: &mut [T],
    pool: &Pool,
) -> Result<()> {
    let outer: usize = shape[..axis].iter().product();
    if outer == 1 {
        for x in inputs {
            let (part, rest) = out.split_at_mut(x.len());
            copy(elements::<T>(x.bytes)?, x.shape, x.strides, x.offset, part, pool);
            out = rest;
        }
        return Ok(());
    }
    if out.is_empty() {
        return Ok(());
    }
    let sources: Vec<&[T]> = inputs.iter().map(|x| elements::<T>(x.bytes)).collect::<Result<_>>()?;
    let inner: Vec<_> = inputs.iter().map(|x| simplify(&x.shape[axis..], &x.strides[axis..])).collect();
    let widths: Vec<usize> = inputs.iter().map(|x| x.shape[axis..].iter().product()).collect();
    let row: usize = widths.iter().sum();
    let rows = ((1 << 15) / row).max(1);
    pool.for_each_chunk(out, rows * row, |chunk, piece| {
        for (r, line) in piece.chunks_exact_mut(row).enumerate() {
            let mut line = line;
            for (i, x) in inputs.iter().enumerate() {
                let (part, rest) = line.split_at_mut(widths[i]);
                line = rest;
                if !part.is_empty() {
                    let base = x.offset as isize + place(chunk * rows + r, &x.shape[..axis], &x.strides[..axis]);
                    copy_into(sources[i], &inner[i], base, part);
                }
            }
        }
    });
    Ok(())
}

/// Where row `row` of leading axes starts.
fn place(mut row: usize, shape: &[usize], strides: &[isize]) -> isize {
    let mut at = 0;
    for (&n, &s) in shape.iter().zip(strides).rev() {
        at += (row % n) as isize * s;
        row /= n;
    }
    at
}
