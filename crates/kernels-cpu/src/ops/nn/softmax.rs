//! Softmax and log-softmax: rows in cache-sized chunks; an axis before the last is moved there and back.

use super::work::{CHUNK, Stored, Work, around, exp_in_place, floats, max_of, rows_per_chunk, sum_of};
use crate::simd::{Isa, Kernel, dispatch};
use crate::{Call, KernelDef};
use talray_core::Result;
use talray_core::infer::normalize_axis;

pub static SOFTMAX: KernelDef = KernelDef { op: "softmax", run: |call| run(call, false), strided: false };

pub static LOG_SOFTMAX: KernelDef = KernelDef { op: "log_softmax", run: |call| run(call, true), strided: false };

fn run(call: &mut Call<'_>, log: bool) -> Result<()> {
    let x = call.input(0)?;
    let axis = normalize_axis(call.attrs.i64("axis")?, x.shape.len())?;
    let (_, n, inner) = around(x.shape, axis);
    let pool = call.pool;
    let mut out = call.output(0);
    if x.is_empty() {
        return Ok(());
    }
    floats!(x.dtype, T => {
        let (x, out) = (x.slice::<T>()?, out.slice::<T>()?);
        // A chunk is whole rows, or whole blocks [n, inner] where the axis is not the last.
        let size = n * inner * if inner == 1 { rows_per_chunk(n) } else { (CHUNK / (n * inner)).max(1) };
        pool.for_each_chunk(out, size, |i, out| {
            let x = &x[i * size..i * size + out.len()];
            let mut rows = vec![<T as Stored>::Work::ZERO; x.len()];
            T::widen(x, &mut rows);
            if inner == 1 {
                dispatch(Rows { x: &mut rows, n, log });
            } else {
                let mut turned = rows.clone();
                for (from, to) in rows.chunks(n * inner).zip(turned.chunks_mut(n * inner)) {
                    transpose(from, to, n, inner);
                }
                dispatch(Rows { x: &mut turned, n, log });
                for (from, to) in turned.chunks(n * inner).zip(rows.chunks_mut(n * inner)) {
                    transpose(from, to, inner, n);
                }
            }
            T::narrow(&rows, out);
        });
    });
    Ok(())
}

/// `[rows, columns]` to `[columns, rows]`.
fn transpose<W: Copy>(from: &[W], to: &mut [W], rows: usize, columns: usize) {
    for (r, row) in from.chunks_exact(columns).enumerate() {
        for (c, &v) in row.iter().enumerate() {
            to[c * rows + r] = v;
        }
    }
}

/// Softmax (or its logarithm) of each row of `n` elements, in place.
struct Rows<'a, W> {
    x: &'a mut [W],
    n: usize,
    log: bool,
}

impl<W: Work> Kernel for Rows<'_, W> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        for row in self.x.chunks_exact_mut(self.n) {
            let max = max_of(row);
            row.iter_mut().for_each(|v| *v = *v - max);
        }
        if self.log {
            let mut e = self.x.to_vec();
            exp_in_place(isa, &mut e);
            for (row, e) in self.x.chunks_exact_mut(self.n).zip(e.chunks_exact(self.n)) {
                let total = sum_of(e, |v| v).log();
                row.iter_mut().for_each(|v| *v = *v - total);
            }
        } else {
            exp_in_place(isa, self.x);
            for row in self.x.chunks_exact_mut(self.n) {
                let total = sum_of(row, |v| v);
                row.iter_mut().for_each(|v| *v = *v / total);
            }
        }
    }
}
