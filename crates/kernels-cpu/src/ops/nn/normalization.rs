//! Layer and RMS normalisation over rows. Axes that are not the last ones are moved to the end and back.

use super::work::{Stored, Work, floats, rows_per_chunk, sum_of};
use crate::simd::{Isa, Kernel, dispatch};
use crate::{Call, KernelDef, Pool};
use talray_core::Result;
use talray_core::infer::normalize_axes;

pub static LAYER: KernelDef = KernelDef { op: "layer_normalization", run: |call| run(call, true), strided: false };

pub static RMS: KernelDef = KernelDef { op: "rms_normalization", run: |call| run(call, false), strided: false };

fn run(call: &mut Call<'_>, centre: bool) -> Result<()> {
    let x = call.input(0)?;
    let rank = x.shape.len();
    let axes = normalize_axes(call.attrs, "axis", rank)?;
    let epsilon = call.attrs.f64("epsilon")?;
    let n: usize = axes.iter().map(|&a| x.shape[a]).product();
    let trailing = axes.iter().enumerate().all(|(i, &a)| a == rank - axes.len() + i);
    let pool = call.pool;
    floats!(x.dtype, T => {
        type W = <T as Stored>::Work;
        let wide = |i: usize| -> Result<Option<Vec<W>>> {
            let Some(p) = call.optional(i) else { return Ok(None) };
            let p = p.slice::<T>()?;
            let mut wide = vec![W::ZERO; p.len()];
            T::widen(p, &mut wide);
            Ok(Some(wide))
        };
        let gamma = wide(1)?;
        let beta = if centre { wide(2)? } else { None };
        let task = Task { n, epsilon: crate::Element::from_f64(epsilon), centre, gamma, beta };
        let data = x.slice::<T>()?;
        let mut outputs = [Some(call.output(0)), Some(call.output(1)), centre.then(|| call.output(2))].map(|o| o);
        let [Some(out), Some(first), second] = &mut outputs else { return Ok(()) };
        let out = out.slice::<T>()?;
        // The statistics are (mean, rstd), or (rstd) alone.
        let first = first.slice::<W>()?;
        let mut unused = vec![W::ZERO; if centre { 0 } else { first.len() }];
        let (mean, rstd) = match second {
            Some(second) => (first, second.slice::<W>()?),
            None => (unused.as_mut_slice(), first),
        };
        if trailing {
            task.rows(pool, data, out, mean, rstd);
        } else {
            let order: Vec<usize> = (0..rank).filter(|i| !axes.contains(i)).chain(axes.iter().copied()).collect();
            let places = permuted(x.shape, &order);
            let rows: Vec<T> = places.iter().map(|&p| data[p]).collect();
            let mut turned = rows.clone();
            task.rows(pool, &rows, &mut turned, mean, rstd);
            places.iter().zip(turned).for_each(|(&p, v)| out[p] = v);
        }
    });
    Ok(())
}

/// For each element of `shape` with its axes in `order`, its place in row-major `shape`.
fn permuted(shape: &[usize], order: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for i in (1..shape.len()).rev() {
        strides[i - 1] = strides[i] * shape[i];
    }
    let mut places = vec![0];
    for &a in order {
        places = places.iter().flat_map(|&p| (0..shape[a]).map(move |i| (p, i))).map(|(p, i)| p + i * strides[a]).collect();
    }
    places
}

struct Task<W> {
    n: usize,
    epsilon: W,
    centre: bool,
    gamma: Option<Vec<W>>,
    beta: Option<Vec<W>>,
}

impl<W: Work> Task<W> {
    fn rows<T: Stored<Work = W>>(&self, pool: &Pool, x: &[T], out: &mut [T], mean: &mut [W], rstd: &mut [W]) {
        let n = self.n;
        if n == 0 {
            // The mean of nothing.
            mean.fill(W::from_f64(f64::NAN));
            rstd.fill(W::from_f64(f64::NAN));
            return;
        }
        let count = rows_per_chunk(n);
        let mut chunks: Vec<_> = out.chunks_mut(count * n).zip(mean.chunks_mut(count).zip(rstd.chunks_mut(count))).collect();
        pool.for_each_chunk(&mut chunks, 1, |i, chunk| {
            let (out, (mean, rstd)) = &mut chunk[0];
            let mut wide = vec![W::ZERO; out.len()];
            T::widen(&x[i * count * n..i * count * n + out.len()], &mut wide);
            dispatch(Rows { task: self, x: &mut wide, mean, rstd });
            T::narrow(&wide, out);
        });
    }
}

struct Rows<'a, W> {
    task: &'a Task<W>,
    x: &'a mut [W],
    mean: &'a mut [W],
    rstd: &'a mut [W],
}

impl<W: Work> Kernel for Rows<'_, W> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, _: S) {
        let Task { n, epsilon, centre, gamma, beta } = self.task;
        let count = W::from_f64(*n as f64);
        for ((row, mean), rstd) in self.x.chunks_exact_mut(*n).zip(self.mean).zip(self.rstd) {
            if *centre {
                let m = sum_of(row, |v| v) / count;
                row.iter_mut().for_each(|v| *v = *v - m);
                *mean = m;
            }
            let r = W::ONE / (sum_of(row, |v| v * v) / count + *epsilon).root();
            *rstd = r;
            match gamma {
                Some(gamma) => row.iter_mut().zip(gamma).for_each(|(v, &g)| *v = *v * r * g),
                None => row.iter_mut().for_each(|v| *v = *v * r),
            }
            if let Some(beta) = beta {
                row.iter_mut().zip(beta).for_each(|(v, &b)| *v += b);
            }
        }
    }
}
