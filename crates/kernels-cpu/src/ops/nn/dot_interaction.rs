//! Dot products of all pairs of an example's vectors, and their gradient: an example at a time, in the first-level cache.

use super::work::{CHUNK, Stored, Work, floats};
use crate::simd::{Isa, Kernel, Vector, dispatch};
use crate::{Call, KernelDef};
use talray_core::Result;

pub static DOTS: KernelDef = KernelDef { op: "dot_interaction", run: dots, strided: false };

pub static GRAD: KernelDef = KernelDef { op: "dot_interaction_grad", run: grad, strided: false };

/// Rows whose sums are held in registers together.
const ROWS: usize = 8;

fn dots(call: &mut Call<'_>) -> Result<()> {
    let x = call.input(0)?;
    let sizes = Sizes::of(x.shape);
    let pool = call.pool;
    let mut out = call.output(0);
    floats!(x.dtype, T => {
        let (x, out) = (x.slice::<T>()?, out.slice::<T>()?);
        let at_once = sizes.examples_at_once();
        pool.for_each_chunk(out, at_once * sizes.pairs(), |i, out| {
            let examples = out.len() / sizes.pairs();
            let x = &x[i * at_once * sizes.values()..][..examples * sizes.values()];
            T::fill_later(out, |out| dispatch(Dots { sizes, x: &T::wide(x), out }));
        });
    });
    Ok(())
}

fn grad(call: &mut Call<'_>) -> Result<()> {
    let (x, dy) = (call.input(0)?, call.input(1)?);
    let sizes = Sizes::of(x.shape);
    let pool = call.pool;
    let mut out = call.output(0);
    floats!(x.dtype, T => {
        let (x, dy, out) = (x.slice::<T>()?, dy.slice::<T>()?, out.slice::<T>()?);
        let at_once = sizes.examples_at_once();
        pool.for_each_chunk(out, at_once * sizes.values(), |i, out| {
            let examples = out.len() / sizes.values();
            let x = &x[i * at_once * sizes.values()..][..out.len()];
            let dy = &dy[i * at_once * sizes.pairs()..][..examples * sizes.pairs()];
            T::fill_later(out, |out| dispatch(Grad { sizes, x: &T::wide(x), dy: &T::wide(dy), out }));
        });
    });
    Ok(())
}

/// An example has `n` vectors of `dim` numbers.
#[derive(Clone, Copy)]
struct Sizes {
    n: usize,
    dim: usize,
}

impl Sizes {
    fn of(shape: &[usize]) -> Sizes {
        Sizes { n: shape[shape.len() - 2], dim: shape[shape.len() - 1] }
    }

    fn values(self) -> usize {
        self.n * self.dim
    }

    fn pairs(self) -> usize {
        self.n * self.n.saturating_sub(1) / 2
    }

    fn examples_at_once(self) -> usize {
        (CHUNK / self.values().max(1)).max(1)
    }
}

struct Dots<'a, W> {
    sizes: Sizes,
    x: &'a [W],
    out: &'a mut [W],
}

impl<W: Work> Kernel for Dots<'_, W> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let Dots { sizes, x, out } = self;
        let Sizes { n, dim } = sizes;
        let lanes = W::Lanes::<S>::LANES;
        let wide = n.next_multiple_of(lanes);
        // Number k of all vectors side by side: a lane belongs to a vector.
        let mut turned = vec![W::ZERO; dim * wide];
        let mut sums = vec![W::ZERO; ROWS * wide];
        let mut at = 0;
        for example in 0..out.len() / sizes.pairs() {
            let x = &x[example * sizes.values()..][..sizes.values()];
            for (j, vector) in x.chunks_exact(dim.max(1)).enumerate() {
                vector.iter().enumerate().for_each(|(k, &v)| turned[k * wide + j] = v);
            }
            for first in (0..n).step_by(ROWS) {
                let rows = first..n.min(first + ROWS);
                for block in (0..rows.end - 1).step_by(lanes) {
                    let mut acc = [W::Lanes::<S>::splat(isa, W::ZERO); ROWS];
                    for k in 0..dim {
                        let column = W::Lanes::<S>::load(isa, &turned[k * wide + block..]);
                        for (acc, i) in acc.iter_mut().zip(first..) {
                            // A row past the last is summed as the last and thrown away.
                            let factor = x[i.min(n - 1) * dim + k];
                            *acc = acc.plus_product(W::Lanes::<S>::splat(isa, factor), column);
                        }
                    }
                    acc.iter().enumerate().for_each(|(r, acc)| acc.store(&mut sums[r * wide + block..]));
                }
                for (i, sums) in rows.zip(sums.chunks_exact(wide)) {
                    for block in (0..i).step_by(lanes) {
                        let part = W::Lanes::<S>::load(isa, &sums[block..]);
                        // What a whole vector writes past the row's end is written over by the next rows.
                        if at + block + lanes <= out.len() {
                            part.store(&mut out[at + block..]);
                        } else {
                            part.store_part(&mut out[at + block..at + i.min(block + lanes)]);
                        }
                    }
                    at += i;
                }
            }
        }
    }
}

struct Grad<'a, W> {
    sizes: Sizes,
    x: &'a [W],
    dy: &'a [W],
    out: &'a mut [W],
}

impl<W: Work> Kernel for Grad<'_, W> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let Grad { sizes, x, dy, out } = self;
        let Sizes { n, dim } = sizes;
        let lanes = W::Lanes::<S>::LANES;
        // The cotangents as a symmetric matrix whose diagonal is 0, with rows of 0 to a multiple of `ROWS`.
        let mut square = vec![W::ZERO; n.next_multiple_of(ROWS) * n];
        for (example, out) in out.chunks_exact_mut(sizes.values()).enumerate() {
            let x = &x[example * sizes.values()..][..sizes.values()];
            let mut dy = dy[example * sizes.pairs()..][..sizes.pairs()].iter();
            for i in 1..n {
                for (j, &d) in (0..i).zip(dy.by_ref()) {
                    square[i * n + j] = d;
                    square[j * n + i] = d;
                }
            }
            for first in (0..n).step_by(ROWS) {
                let square = &square[first * n..][..ROWS * n];
                let rows = ROWS.min(n - first);
                for block in (0..dim).step_by(lanes) {
                    let width = lanes.min(dim - block);
                    let mut acc = [W::Lanes::<S>::splat(isa, W::ZERO); ROWS];
                    for j in 0..n {
                        let from = j * dim + block;
                        let vector = match width == lanes {
                            true => W::Lanes::<S>::load(isa, &x[from..]),
                            false => W::Lanes::<S>::load_part(isa, &x[from..from + width]),
                        };
                        for (r, acc) in acc.iter_mut().enumerate() {
                            *acc = acc.plus_product(W::Lanes::<S>::splat(isa, square[r * n + j]), vector);
                        }
                    }
                    for (r, acc) in acc.iter().enumerate().take(rows) {
                        acc.store_part(&mut out[(first + r) * dim + block..][..width]);
                    }
                }
            }
        }
    }
}
