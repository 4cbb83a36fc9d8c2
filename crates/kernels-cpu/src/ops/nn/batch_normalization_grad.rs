//! The gradient of batch normalisation: partial sums over fixed chunks of the outer axis, then a pass that writes.

use super::batch_normalization::{Grid, parameter, reciprocal_roots};
use super::work::{Stored, Work, floats, sum_of};
use crate::simd::{Isa, Kernel, dispatch};
use crate::{Call, KernelDef, Pool};
use talray_core::Result;

pub static GRAD: KernelDef = KernelDef { op: "batch_normalization_grad", run: grad, strided: false };

fn grad(call: &mut Call<'_>) -> Result<()> {
    let (x, dy) = (call.input(0)?, call.input(2)?);
    let (grid, epsilon, pool) = (Grid::of(call)?, call.attrs.f64("epsilon")?, call.pool);
    floats!(x.dtype, T => {
        type W = <T as Stored>::Work;
        let gamma = parameter::<T>(call, 1, W::ONE, grid.channels)?;
        let (x, dy) = (x.slice::<T>()?, dy.slice::<T>()?);
        let (mean, variance) = (call.input(3)?.slice::<W>()?, call.input(4)?.slice::<W>()?);
        let rstd = reciprocal_roots(variance, epsilon);
        let (mut dx, mut dgamma, mut dbeta) = (call.output(0), call.output(1), call.output(2));
        let (dx, dgamma, dbeta) = (dx.slice::<T>()?, dgamma.slice::<W>()?, dbeta.slice::<W>()?);
        grid.slopes(pool, x, dy, mean, &rstd, dgamma, dbeta);
        let count: W = grid.count();
        // dx = a·(dy − level) + b·(x − mean), with a, b and level of the channel.
        let a: Vec<W> = gamma.iter().zip(&rstd).map(|(&g, &r)| g * r).collect();
        let b: Vec<W> = a.iter().zip(&rstd).zip(&*dgamma).map(|((&a, &r), &d)| W::ZERO - a * r * (d / count)).collect();
        let level: Vec<W> = dbeta.iter().map(|&d| d / count).collect();
        pool.for_each_chunk(dx, grid.chunk(), |i, dx| {
            let range = i * grid.chunk()..i * grid.chunk() + dx.len();
            let (x, dy) = (T::wide(&x[range.clone()]), T::wide(&dy[range]));
            T::fill_later(dx, |out| {
                dispatch(Combine { x: &x, dy: &dy, out, inner: grid.inner, factors: [&a, &level, &b, mean] });
            });
        });
    });
    Ok(())
}

impl Grid {
    /// Σ dy·xhat and Σ dy of each channel.
    #[expect(clippy::too_many_arguments, reason = "what goes in and what comes out of one pass")]
    fn slopes<T: Stored>(
        self,
        pool: &Pool,
        x: &[T],
        dy: &[T],
        mean: &[T::Work],
        rstd: &[T::Work],
        dgamma: &mut [T::Work],
        dbeta: &mut [T::Work],
    ) {
        let channels = self.channels;
        let partial = self.partial(pool, x, 2, |at, x, sums| {
            let (x, dy) = (T::wide(x), T::wide(&dy[at..at + x.len()]));
            let (dgamma, dbeta) = sums.split_at_mut(channels);
            dispatch(Slopes { x: &x, dy: &dy, inner: self.inner, mean, dgamma, dbeta });
        });
        dgamma.fill(T::Work::ZERO);
        dbeta.fill(T::Work::ZERO);
        for part in partial.chunks_exact((2 * channels).max(1)) {
            let (slopes, levels) = part.split_at(channels);
            dgamma.iter_mut().zip(slopes).for_each(|(d, &s)| *d += s);
            dbeta.iter_mut().zip(levels).for_each(|(d, &s)| *d += s);
        }
        dgamma.iter_mut().zip(rstd).for_each(|(d, &r)| *d = *d * r);
    }
}

/// Adds up dy·(x − mean) and dy of each channel.
struct Slopes<'a, W> {
    x: &'a [W],
    dy: &'a [W],
    inner: usize,
    mean: &'a [W],
    dgamma: &'a mut [W],
    dbeta: &'a mut [W],
}

impl<W: Work> Kernel for Slopes<'_, W> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, _: S) {
        let Slopes { x, dy, inner, mean, dgamma, dbeta } = self;
        let channels = mean.len();
        if inner == 1 {
            for (x, dy) in x.chunks_exact(channels).zip(dy.chunks_exact(channels)) {
                let sums = dgamma.iter_mut().zip(dbeta.iter_mut());
                sums.zip(x).zip(dy).zip(mean).for_each(|((((slope, level), &x), &d), &m)| {
                    *slope += d * (x - m);
                    *level += d;
                });
            }
        } else {
            for (i, (x, dy)) in x.chunks_exact(inner).zip(dy.chunks_exact(inner)).enumerate() {
                let c = i % channels;
                let mut products = [W::ZERO; 16];
                for (x, dy) in x.chunks(16).zip(dy.chunks(16)) {
                    products.iter_mut().zip(x).zip(dy).for_each(|((p, &x), &d)| *p += d * (x - mean[c]));
                }
                dgamma[c] += sum_of(&products, |v| v);
                dbeta[c] += sum_of(dy, |v| v);
            }
        }
    }
}

/// out = a·(dy − level) + b·(x − mean) with factors of the channel.
struct Combine<'a, W> {
    x: &'a [W],
    dy: &'a [W],
    out: &'a mut [W],
    inner: usize,
    factors: [&'a [W]; 4],
}

impl<W: Work> Kernel for Combine<'_, W> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, _: S) {
        let Combine { x, dy, out, inner, factors: [a, level, b, mean] } = self;
        let channels = a.len();
        if inner == 1 {
            let rows = x.chunks_exact(channels).zip(dy.chunks_exact(channels));
            for ((x, dy), out) in rows.zip(out.chunks_exact_mut(channels)) {
                let factors = a.iter().zip(level).zip(b.iter().zip(mean));
                out.iter_mut()
                    .zip(x)
                    .zip(dy)
                    .zip(factors)
                    .for_each(|(((o, &x), &d), ((&a, &l), (&b, &m)))| *o = a * (d - l) + b * (x - m));
            }
        } else {
            let runs = x.chunks_exact(inner).zip(dy.chunks_exact(inner));
            for (i, ((x, dy), out)) in runs.zip(out.chunks_exact_mut(inner)).enumerate() {
                let c = i % channels;
                let (a, l, b, m) = (a[c], level[c], b[c], mean[c]);
                out.iter_mut().zip(x).zip(dy).for_each(|((o, &x), &d)| *o = a * (d - l) + b * (x - m));
            }
        }
    }
}
