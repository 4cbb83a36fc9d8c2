//! `take_along_axis`, `scatter_along_axis`

use bytemuck::Pod;
use talray_core::infer::normalize_axis;
use talray_core::{DType, Result};

use crate::families::copy::{copy, elements, elements_mut};
use crate::families::gather::{check, integers, position};
use crate::families::number::Wide;
use crate::families::scan::around;
use crate::{Call, KernelDef, Pool, by_size, wide};

pub static TAKE: KernelDef = KernelDef { op: "take_along_axis", run: take, strided: false };
pub static SCATTER: KernelDef = KernelDef { op: "scatter_along_axis", run: scatter, strided: false };

/// Elements of a contiguous tensor of `from` with its axes of size 1 repeated to `shape`.
fn spread<T: Pod + Send + Sync>(x: &[T], from: &[usize], shape: &[usize], pool: &Pool) -> Vec<T> {
    let mut steps = vec![0; from.len()];
    let mut step = 1;
    for i in (0..from.len()).rev() {
        steps[i] = if from[i] == 1 { 0 } else { step };
        step *= from[i] as isize;
    }
    let mut out = vec![T::zeroed(); shape.iter().product()];
    copy(x, shape, &steps, 0, &mut out, pool);
    out
}

fn take(call: &mut Call<'_>) -> Result<()> {
    let (x, at) = (call.input(0)?, call.input(1)?);
    let pool = call.pool;
    let out = call.output(0);
    let axis = normalize_axis(call.attrs.i64("axis")?, x.shape.len())?;
    let (n, m) = (x.shape[axis], out.shape[axis]);
    let mut source = out.shape.clone();
    source[axis] = n;
    let inner = out.shape[axis + 1..].iter().product();
    let indices = integers(&at)?;
    check(&indices, n, "an axis")?;
    let indices = if *at.shape == *out.shape { indices } else { spread(&indices, at.shape, &out.shape, pool) };
    by_size!(x.dtype.size(), T => {
        let elements = &elements::<T>(x.bytes)?[x.offset..x.offset + x.len()];
        let out = elements_mut::<T>(out.bytes)?;
        if *x.shape == *source {
            lines(elements, &indices, (n, m, inner), out, pool);
        } else {
            lines(&spread(elements, x.shape, &source, pool), &indices, (n, m, inner), out, pool);
        }
    });
    Ok(())
}

fn lines<T: Pod + Send + Sync>(x: &[T], at: &[i64], (n, m, inner): (usize, usize, usize), out: &mut [T], pool: &Pool) {
    let line = m * inner;
    if line == 0 {
        return;
    }
    let together = ((1 << 14) / line).max(1);
    pool.for_each_chunk(out, together * line, |chunk, out| {
        for (l, out) in out.chunks_exact_mut(line).enumerate() {
            let o = chunk * together + l;
            let x = &x[o * n * inner..(o + 1) * n * inner];
            let at = &at[o * line..(o + 1) * line];
            for (out, at) in out.chunks_exact_mut(inner).zip(at.chunks_exact(inner)) {
                out.iter_mut().zip(at).enumerate().for_each(|(c, (out, &at))| *out = x[position(at, n) * inner + c]);
            }
        }
    });
}

fn scatter(call: &mut Call<'_>) -> Result<()> {
    wide!(call.input(1)?.dtype, W => scatter_as::<W>(call))
}

fn scatter_as<W: Wide>(call: &mut Call<'_>) -> Result<()> {
    let (at, updates) = (call.input(0)?, call.input(1)?);
    let axis = normalize_axis(call.attrs.i64("axis")?, updates.shape.len())?;
    let at = integers(&at)?;
    let pool = call.pool;
    let mut out = call.output(0);
    let (_, n, inner) = around(&out.shape, axis);
    let line = updates.shape[axis] * inner;
    let truth = out.dtype == DType::Bool;
    check(&at, n, "an axis")?;
    let updates = W::read(&updates)?;
    W::fill(&mut out, |out| {
        let size = (n * inner).max(1);
        pool.for_each_chunk(out, size, |o, out| {
            out.fill(W::ZERO);
            for i in 0..line {
                let (at, u) = (at[o * line + i], updates[o * line + i]);
                let sum = &mut out[position(at, n) * inner + i % inner];
                *sum = if truth { sum.larger(u) } else { sum.plus(u) };
            }
        });
    })
}
