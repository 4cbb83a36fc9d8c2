//! Pools and their gradients, all channels of a window at once. Windows are cut into fixed chunks; the
//! gradients, whose windows overlap, into examples.

use super::work::{CHUNK, Stored, Work, floats};
use crate::families::windows::Geometry;
use crate::simd::{Isa, Kernel, dispatch};
use crate::{Call, KernelDef};
use talray_core::Result;
use talray_core::rules::pooling::windows_of;

pub static MAX: KernelDef = KernelDef { op: "pool_max", run: |call| forward(call, Mode::Max), strided: false };

pub static MAX_PICK: KernelDef = KernelDef { op: "pool_max_pick", run: |call| forward(call, Mode::Pick), strided: false };

pub static AVG: KernelDef = KernelDef { op: "pool_avg", run: |call| forward(call, Mode::Avg), strided: false };

pub static MAX_GRAD: KernelDef = KernelDef {
    op: "pool_max_grad",
    run: |call| {
        let (x, dy) = (call.input(0)?, call.input(1)?);
        let (geometry, channels) = geometry(call, x.shape)?;
        let (pool, mut out) = (call.pool, call.output(0));
        floats!(x.dtype, T => {
            let (x, dy) = (T::wide(x.slice::<T>()?), T::wide(dy.slice::<T>()?));
            let (size, windows) = (geometry.inputs() * channels, geometry.outputs() * channels);
            pool.for_each_chunk(out.slice::<T>()?, size, |b, dx| T::fill(dx, |dx| {
                let (x, dy) = (&x[b * size..(b + 1) * size], &dy[b * windows..(b + 1) * windows]);
                let (mut best, mut place) = (vec![x[0]; channels], vec![0u32; channels]);
                for (o, dy) in dy.chunks_exact(channels).enumerate() {
                    dispatch(Best { x, geometry: &geometry, o, best: &mut best, place: &mut place });
                    for (c, (&d, &at)) in dy.iter().zip(&place).enumerate() {
                        dx[at as usize * channels + c] += d;
                    }
                }
            }));
        });
        Ok(())
    },
    strided: false,
};

pub static AVG_GRAD: KernelDef = KernelDef {
    op: "pool_avg_grad",
    run: |call| {
        let (dy, pool) = (call.input(0)?, call.pool);
        let (geometry, channels) = geometry(call, &call.outputs[0].shape.clone())?;
        let mut out = call.output(0);
        floats!(dy.dtype, T => {
            let dy = T::wide(dy.slice::<T>()?);
            let (size, windows) = (geometry.inputs() * channels, geometry.outputs() * channels);
            pool.for_each_chunk(out.slice::<T>()?, size, |b, dx| T::fill(dx, |dx| {
                for (o, dy) in dy[b * windows..(b + 1) * windows].chunks_exact(channels).enumerate() {
                    let n: <T as Stored>::Work = count(&geometry, o);
                    geometry.each_tap(o, |_, at| {
                        let to = &mut dx[at * channels..(at + 1) * channels];
                        to.iter_mut().zip(dy).for_each(|(t, &d)| *t += d / n);
                    });
                }
            }));
        });
        Ok(())
    },
    strided: false,
};

fn geometry(call: &Call<'_>, x: &[usize]) -> Result<(Geometry, usize)> {
    let rank = x.len();
    Ok((Geometry::new(&x[1..rank - 1], &windows_of(call.attrs, rank - 2)?)?, x[rank - 1]))
}

fn count<W: Work>(geometry: &Geometry, o: usize) -> W {
    let mut n = 0;
    geometry.each_tap(o, |_, _| n += 1);
    W::from_f64(f64::from(n))
}

#[derive(Clone, Copy)]
enum Mode {
    Max,
    Pick,
    Avg,
}

fn forward(call: &mut Call<'_>, mode: Mode) -> Result<()> {
    let x = call.input(0)?;
    let (geometry, channels) = geometry(call, x.shape)?;
    let u = if matches!(mode, Mode::Pick) { call.input(1)? } else { x };
    let (pool, mut out) = (call.pool, call.output(0));
    if out.is_empty() {
        return Ok(());
    }
    floats!(x.dtype, T => {
        let (x, u) = (T::wide(x.slice::<T>()?), T::wide(u.slice::<T>()?));
        let size = geometry.inputs() * channels;
        let windows = (CHUNK / channels).max(1);
        pool.for_each_chunk(out.slice::<T>()?, windows * channels, |i, out| T::fill(out, |out| {
            let mut place = vec![0u32; channels];
            for (k, row) in out.chunks_exact_mut(channels).enumerate() {
                let (b, o) = ((i * windows + k) / geometry.outputs(), (i * windows + k) % geometry.outputs());
                let x = &x[b * size..(b + 1) * size];
                match mode {
                    Mode::Avg => dispatch(Mean { x, geometry: &geometry, o, row }),
                    Mode::Max => dispatch(Max { x, geometry: &geometry, o, row }),
                    Mode::Pick => {
                        dispatch(Best { x, geometry: &geometry, o, best: row, place: &mut place });
                        let u = &u[b * size..(b + 1) * size];
                        row.iter_mut().enumerate().for_each(|(c, r)| *r = u[place[c] as usize * channels + c]);
                    }
                }
            }
        }));
    });
    Ok(())
}

/// Is `a` a better maximum than `b`? NaN is better than any number.
#[inline(always)]
fn better<W: Work>(a: W, b: W) -> bool {
    #[expect(clippy::eq_op, reason = "only NaN differs from itself")]
    let nan = a != a && b == b;
    a > b || nan
}

struct Max<'a, W> {
    x: &'a [W],
    geometry: &'a Geometry,
    o: usize,
    row: &'a mut [W],
}

impl<W: Work> Kernel for Max<'_, W> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, _: S) {
        let channels = self.row.len();
        self.row.fill(W::LOWEST);
        let row = self.row;
        self.geometry.each_tap(self.o, |_, at| {
            for (r, &v) in row.iter_mut().zip(&self.x[at * channels..(at + 1) * channels]) {
                *r = if better(v, *r) { v } else { *r };
            }
        });
    }
}

struct Mean<'a, W> {
    x: &'a [W],
    geometry: &'a Geometry,
    o: usize,
    row: &'a mut [W],
}

impl<W: Work> Kernel for Mean<'_, W> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, _: S) {
        let channels = self.row.len();
        let (row, mut n) = (self.row, 0);
        self.geometry.each_tap(self.o, |_, at| {
            n += 1;
            row.iter_mut().zip(&self.x[at * channels..(at + 1) * channels]).for_each(|(r, &v)| *r += v);
        });
        let n = W::from_f64(f64::from(n));
        row.iter_mut().for_each(|r| *r = *r / n);
    }
}

/// The largest element of a window and the first place where it stands, for each channel.
struct Best<'a, W> {
    x: &'a [W],
    geometry: &'a Geometry,
    o: usize,
    best: &'a mut [W],
    place: &'a mut [u32],
}

impl<W: Work> Kernel for Best<'_, W> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, _: S) {
        let channels = self.best.len();
        let (best, place) = (self.best, self.place);
        let mut first = true;
        self.geometry.each_tap(self.o, |_, at| {
            let row = &self.x[at * channels..(at + 1) * channels];
            if first {
                best.copy_from_slice(row);
                place.fill(at as u32);
                first = false;
            } else {
                for ((b, p), &v) in best.iter_mut().zip(place.iter_mut()).zip(row) {
                    let wins = better(v, *b);
                    *b = if wins { v } else { *b };
                    *p = if wins { at as u32 } else { *p };
                }
            }
        });
    }
}
