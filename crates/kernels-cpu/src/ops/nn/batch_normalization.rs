//! Batch normalisation over `[outer, channels, inner]`: partial sums over fixed chunks of `outer`, then a pass that writes.

use super::work::{CHUNK, Stored, Work, around, floats, sum_of};
use crate::simd::{Isa, Kernel, dispatch};
use crate::{Call, Element, KernelDef, Pool};
use talray_core::Result;
use talray_core::infer::normalize_axis;

pub static BATCH: KernelDef = KernelDef { op: "batch_normalization", run, strided: false };

fn run(call: &mut Call<'_>) -> Result<()> {
    let x = call.input(0)?;
    let (grid, epsilon, pool) = (Grid::of(call)?, call.attrs.f64("epsilon")?, call.pool);
    floats!(x.dtype, T => {
        type W = <T as Stored>::Work;
        let gamma = parameter::<T>(call, 1, W::ONE, grid.channels)?;
        let beta = parameter::<T>(call, 2, W::ZERO, grid.channels)?;
        let data = x.slice::<T>()?;
        let (mut out, mut mean, mut variance) = (call.output(0), call.output(1), call.output(2));
        let (out, mean, variance) = (out.slice::<T>()?, mean.slice::<W>()?, variance.slice::<W>()?);
        grid.moments(pool, data, mean, variance);
        let scale = reciprocal_roots(variance, epsilon);
        pool.for_each_chunk(out, grid.chunk(), |i, out| {
            let x = &data[i * grid.chunk()..][..out.len()];
            T::fill_later(out, |out| {
                dispatch(Scale { x: &T::wide(x), out, inner: grid.inner, mean, scale: &scale, gamma: &gamma, beta: &beta });
            });
        });
    });
    Ok(())
}

/// Input `i`, one number a channel; `default` where it is absent.
pub(super) fn parameter<T: Stored>(call: &Call<'_>, i: usize, default: T::Work, channels: usize) -> Result<Vec<T::Work>> {
    let mut wide = vec![default; channels];
    if let Some(p) = call.optional(i) {
        T::widen(p.slice::<T>()?, &mut wide);
    }
    Ok(wide)
}

/// 1/√(v + epsilon).
pub(super) fn reciprocal_roots<W: Work>(variance: &[W], epsilon: f64) -> Vec<W> {
    variance.iter().map(|&v| W::ONE / (v + W::from_f64(epsilon)).root()).collect()
}

#[derive(Clone, Copy)]
pub(super) struct Grid {
    pub(super) outer: usize,
    pub(super) channels: usize,
    pub(super) inner: usize,
}

impl Grid {
    /// The first input, with the attribute `axis` as the channels.
    pub(super) fn of(call: &Call<'_>) -> Result<Grid> {
        let shape = call.input(0)?.shape;
        let axis = normalize_axis(call.attrs.i64("axis")?, shape.len())?;
        let (outer, channels, inner) = around(shape, axis);
        Ok(Grid { outer, channels, inner })
    }

    /// Elements of a channel.
    pub(super) fn count<W: Work>(self) -> W {
        W::from_f64((self.outer * self.inner) as f64)
    }

    /// Elements of a chunk: whole steps of the outer axis.
    pub(super) fn chunk(self) -> usize {
        let step = (self.channels * self.inner).max(1);
        (4 * CHUNK / step).max(1) * step
    }

    /// For each chunk of `x`, `values` numbers a channel that `work` sets from the chunk's place and elements.
    pub(super) fn partial<T: Stored>(
        self,
        pool: &Pool,
        x: &[T],
        values: usize,
        work: impl Fn(usize, &[T], &mut [T::Work]) + Sync,
    ) -> Vec<T::Work> {
        let size = self.chunk();
        let width = (values * self.channels).max(1);
        let mut partial = vec![T::Work::ZERO; x.len().div_ceil(size) * width];
        pool.for_each_chunk(&mut partial, width, |i, sums| work(i * size, &x[i * size..x.len().min((i + 1) * size)], sums));
        partial
    }

    /// Mean and biased variance of each channel: those of each chunk, joined as Chan et al. (1979) do.
    fn moments<T: Stored>(self, pool: &Pool, x: &[T], mean: &mut [T::Work], variance: &mut [T::Work]) {
        let channels = self.channels;
        let partial = self.partial(pool, x, 2, |_, x, sums| {
            let n = T::Work::from_f64((x.len() / channels) as f64);
            let x = T::wide(x);
            let (mean, squares) = sums.split_at_mut(channels);
            dispatch(Sums { x: &x, inner: self.inner, mean: None, sums: mean });
            mean.iter_mut().for_each(|m| *m = *m / n);
            dispatch(Sums { x: &x, inner: self.inner, mean: Some(mean), sums: squares });
        });
        mean.fill(T::Work::ZERO);
        variance.fill(T::Work::ZERO);
        let mut before = 0;
        for (i, part) in partial.chunks_exact((2 * channels).max(1)).enumerate() {
            let n = (x.len().min((i + 1) * self.chunk()) - i * self.chunk()) / channels;
            let share = T::Work::from_f64(n as f64 / (before + n) as f64);
            let weight = T::Work::from_f64(before as f64 * n as f64 / (before + n) as f64);
            let (means, squares) = part.split_at(channels);
            for (((mean, sum), &m), &s) in mean.iter_mut().zip(&mut *variance).zip(means).zip(squares) {
                let apart = m - *mean;
                *mean += apart * share;
                *sum += s + apart * apart * weight;
            }
            before += n;
        }
        let count = self.count::<T::Work>();
        variance.iter_mut().for_each(|v| *v = *v / count);
        if before == 0 {
            // Of nothing there is no mean.
            mean.fill(T::Work::from_f64(f64::NAN));
        }
    }
}

/// Adds up x, or (x − mean)², of each channel.
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
    x: &'a [W],
    out: &'a mut [W],
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
        let Scale { x, out, inner, mean, scale, gamma, beta } = self;
        let channels = mean.len();
        if inner == 1 {
            for (row, out) in x.chunks_exact(channels).zip(out.chunks_exact_mut(channels)) {
                let parameters = mean.iter().zip(scale).zip(gamma.iter().zip(beta));
                out.iter_mut().zip(row).zip(parameters).for_each(|((o, &v), ((&m, &r), (&g, &b)))| *o = (v - m) * r * g + b);
            }
        } else {
            for (i, (run, out)) in x.chunks_exact(inner).zip(out.chunks_exact_mut(inner)).enumerate() {
                let c = i % channels;
                let (m, r, g, b) = (mean[c], scale[c], gamma[c], beta[c]);
                out.iter_mut().zip(run).for_each(|(o, &v)| *o = (v - m) * r * g + b);
            }
        }
    }
}
