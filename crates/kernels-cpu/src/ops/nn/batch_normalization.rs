//! Batch normalisation over `[outer, channels, inner]`: two passes of partial sums over fixed chunks of
//! `outer`, then one to scale.

use super::work::{CHUNK, Stored, Work, around, floats, sum_of};
use crate::simd::{Isa, Kernel, dispatch};
use crate::{Call, Element, KernelDef, Pool};
use talray_core::Result;
use talray_core::infer::normalize_axis;

pub static BATCH: KernelDef = KernelDef { op: "batch_normalization", run, strided: false };

fn run(call: &mut Call<'_>) -> Result<()> {
    let x = call.input(0)?;
    let axis = normalize_axis(call.attrs.i64("axis")?, x.shape.len())?;
    let (outer, channels, inner) = around(x.shape, axis);
    let epsilon = call.attrs.f64("epsilon")?;
    let pool = call.pool;
    floats!(x.dtype, T => {
        type W = <T as Stored>::Work;
        let parameter = |i: usize, default: W| -> Result<Vec<W>> {
            let mut wide = vec![default; channels];
            if let Some(p) = call.optional(i) {
                T::widen(p.slice::<T>()?, &mut wide);
            }
            Ok(wide)
        };
        let (gamma, beta) = (parameter(1, W::ONE)?, parameter(2, W::ZERO)?);
        let data = x.slice::<T>()?;
        let (mut out, mut mean, mut variance) = (call.output(0), call.output(1), call.output(2));
        let (out, mean, variance) = (out.slice::<T>()?, mean.slice::<W>()?, variance.slice::<W>()?);
        let grid = Grid { channels, inner, count: W::from_f64((outer * inner) as f64) };
        mean.copy_from_slice(&grid.mean(pool, data, None));
        variance.copy_from_slice(&grid.mean(pool, data, Some(mean)));
        let scale: Vec<W> = variance.iter().map(|&v| W::ONE / (v + W::from_f64(epsilon)).root()).collect();
        if !data.is_empty() {
            let size = grid.chunk();
            pool.for_each_chunk(out, size, |i, out| {
                let mut wide = vec![W::ZERO; out.len()];
                T::widen(&data[i * size..i * size + out.len()], &mut wide);
                dispatch(Scale { x: &mut wide, inner, mean, scale: &scale, gamma: &gamma, beta: &beta });
                T::narrow(&wide, out);
            });
        }
    });
    Ok(())
}

struct Grid<W> {
    channels: usize,
    inner: usize,
    count: W,
}

impl<W: Work> Grid<W> {
    /// Elements of a chunk: whole steps of the outer axis.
    fn chunk(&self) -> usize {
        let step = (self.channels * self.inner).max(1);
        (4 * CHUNK / step).max(1) * step
    }

    /// For each channel the mean of x, or of (x − mean)².
    fn mean<T: Stored<Work = W>>(&self, pool: &Pool, x: &[T], mean: Option<&[W]>) -> Vec<W> {
        let size = self.chunk();
        let chunks = x.len().div_ceil(size);
        let mut partial = vec![W::ZERO; chunks * self.channels];
        pool.for_each_chunk(&mut partial, self.channels.max(1), |i, sums| {
            let x = &x[i * size..x.len().min((i + 1) * size)];
            let mut wide = vec![W::ZERO; x.len()];
            T::widen(x, &mut wide);
            dispatch(Sums { x: &wide, inner: self.inner, mean, sums });
        });
        let mut total = vec![W::ZERO; self.channels];
        for part in partial.chunks_exact(self.channels.max(1)) {
            total.iter_mut().zip(part).for_each(|(t, &p)| *t += p);
        }
        total.iter_mut().for_each(|t| *t = *t / self.count);
        total
    }
}

struct Sums<'a, W> {
    x: &'a [W],
    inner: usize,
    mean: Option<&'a [W]>,
    sums: &'a mut [W],
}

impl<W: Work> Kernel for Sums<'_, W> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, _: S) {
        let (inner, channels) = (self.inner, self.sums.len());
        if inner == 1 {
            for row in self.x.chunks_exact(channels) {
                match self.mean {
                    None => self.sums.iter_mut().zip(row).for_each(|(s, &v)| *s += v),
                    Some(mean) => self.sums.iter_mut().zip(row).zip(mean).for_each(|((s, &v), &m)| *s += (v - m) * (v - m)),
                }
            }
        } else {
            for (i, run) in self.x.chunks_exact(inner).enumerate() {
                let c = i % channels;
                self.sums[c] += match self.mean {
                    None => sum_of(run, |v| v),
                    Some(mean) => sum_of(run, |v| (v - mean[c]) * (v - mean[c])),
                };
            }
        }
    }
}

struct Scale<'a, W> {
    x: &'a mut [W],
    inner: usize,
    mean: &'a [W],
    scale: &'a [W],
    gamma: &'a [W],
    beta: &'a [W],
}

impl<W: Work> Kernel for Scale<'_, W> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, _: S) {
        let Scale { x, inner, mean, scale, gamma, beta } = self;
        let channels = mean.len();
        if inner == 1 {
            for row in x.chunks_exact_mut(channels) {
                let parameters = mean.iter().zip(scale).zip(gamma.iter().zip(beta));
                row.iter_mut().zip(parameters).for_each(|(v, ((&m, &r), (&g, &b)))| *v = (*v - m) * r * g + b);
            }
        } else {
            for (i, run) in x.chunks_exact_mut(inner).enumerate() {
                let c = i % channels;
                let (m, r, g, b) = (mean[c], scale[c], gamma[c], beta[c]);
                run.iter_mut().for_each(|v| *v = (*v - m) * r * g + b);
            }
        }
    }
}
