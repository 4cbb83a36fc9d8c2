//! Large products by blocks: both sides are packed into panels that a tile of registers walks through, so that each
//! element is loaded from near memory and the tile's sums never leave the registers.
//!
//! ```text
//! for each DEPTH of the inner axis        sums continue in c
//!   for each WIDE of b's columns          b packed once, by all threads: panels of V vectors of columns
//!     for each block of a's rows          one thread: a packed into panels of R rows, in the second-level cache
//!       for each panel of b, of a         a tile of R × V vectors
//! ```
//!
//! An element's sum runs over the inner axis in order, in runs of DEPTH: its bits depend on nothing but the inner size.

use std::cell::Cell;
use std::thread::LocalKey;

use bytemuck::Pod;

use super::level::dispatch;
use super::map::Real;
use super::product::{Target, finish};
use super::vector::{Isa, Kernel, Vector};
use crate::matmul::Matrix;
use crate::memory::prefetch;
use crate::pool::Pool;

/// Inner elements of a block: a panel of either side stays near while it is walked.
const DEPTH: usize = 384;
/// Columns of `b` that are packed at once.
const WIDE: usize = 2048;
/// Bytes of packed rows of `a`: half of a second-level cache of 1 MiB.
const NEAR: usize = 512 << 10;

/// Puts `a·b` into `c` or adds it; no size is 0.
pub(crate) fn blocked<T: Real + Pod + Send + Sync>(a: Matrix<'_, T>, b: Matrix<'_, T>, c: Target<'_, T>, pool: &Pool) {
    dispatch(Product { a, b, c, pool });
}

struct Product<'a, T> {
    a: Matrix<'a, T>,
    b: Matrix<'a, T>,
    c: Target<'a, T>,
    pool: &'a Pool,
}

impl<T: Real + Pod + Send + Sync> Kernel for Product<'_, T> {
    type Output = ();

    fn run<S: Isa>(self, isa: S) {
        let Product { a, b, c, pool } = self;
        let broad = broad::<T, S>();
        let (m, k, n) = (a.rows, a.columns, b.columns);
        let depth = k.div_ceil(k.div_ceil(DEPTH));
        let wide = n.div_ceil(n.div_ceil(WIDE)).next_multiple_of(broad);
        let rows = rows_of_block(m, (NEAR / size_of::<T>() / depth).max(TALL), pool.threads()).next_multiple_of(TALL);
        let extent = (m - 1) * c.step + n;
        with_room(&ROOM_B, wide * depth, |packed| {
            for (from, left) in (0..k).step_by(depth).flat_map(|from| (0..n).step_by(wide).map(move |left| (from, left))) {
                let (len, columns) = (depth.min(k - from), wide.min(n - left));
                let packed = &mut packed[..columns.div_ceil(broad) * broad * depth];
                pool.for_each_chunk(packed, broad * depth, |i, panel| {
                    let first = left + i * broad;
                    pack_columns(b.t(), [first, broad.min(n - first)], [from, len], broad, panel);
                });
                let packed = &*packed;
                pool.for_each_chunk(&mut c.data[..extent], rows * c.step, |i, out| {
                    let first = i * rows;
                    let count = rows.min(m - first);
                    with_room(&ROOM_A, rows * depth, |side| {
                        for (panel, at) in side.chunks_mut(TALL * depth).zip((0..count).step_by(TALL)) {
                            pack::<T, TALL>(a, [first + at, TALL.min(count - at)], [from, len], panel);
                        }
                        let (columns, add) = ([left, columns], c.add || from > 0);
                        isa.enter(Block { a: side, b: packed, c: out, step: c.step, rows: count, columns, depth, len, add });
                    });
                });
            }
        });
    }
}

/// Rows that a thread takes at once: at most `most`, and in several shares a thread where there are more than one, so
/// that none waits long for the last. Bits do not depend on it.
fn rows_of_block(m: usize, most: usize, threads: usize) -> usize {
    let shares = if threads > 1 { 4 * threads } else { 1 };
    m.div_ceil(m.div_ceil(most).next_multiple_of(shares))
}

thread_local! {
    static ROOM_A: Cell<Vec<f64>> = const { Cell::new(Vec::new()) };
    static ROOM_B: Cell<Vec<f64>> = const { Cell::new(Vec::new()) };
}

/// Lends `f` space for `n` elements, at the start of a cache line, which the thread keeps for the next time. While it is
/// lent, work that the thread takes on in between finds none and makes its own.
fn with_room<T: Pod>(room: &'static LocalKey<Cell<Vec<f64>>>, n: usize, f: impl FnOnce(&mut [T])) {
    let mut space = room.take();
    let words = (n * size_of::<T>()).div_ceil(8) + 8;
    if space.len() < words {
        space.resize(words, 0.0);
    }
    let elements: &mut [T] = bytemuck::cast_slice_mut(&mut space);
    let start = elements.as_ptr().align_offset(64);
    f(&mut elements[start..start + n]);
    room.set(space);
}

/// Packs `count` rows of `x` from `first` on, columns `from .. from + len`: the elements of one column side by side, then
/// the next column, zeros up to `W` rows.
fn pack<T: Real, const W: usize>(x: Matrix<'_, T>, [first, count]: [usize; 2], [from, len]: [usize; 2], panel: &mut [T]) {
    let (lines, _) = panel.as_chunks_mut::<W>();
    let lines = &mut lines[..len];
    if count == W && x.row_stride == 1 {
        for (k, line) in lines.iter_mut().enumerate() {
            if let Some(column) = x.data[x.at(first, from + k)..].first_chunk::<W>() {
                *line = *column;
            }
        }
    } else if count == W && x.column_stride == 1 {
        let rows: [&[T]; W] = std::array::from_fn(|r| &x.data[x.at(first + r, from)..][..len]);
        for (k, line) in lines.iter_mut().enumerate() {
            for (to, row) in line.iter_mut().zip(rows) {
                *to = row[k];
            }
        }
    } else {
        for (k, line) in lines.iter_mut().enumerate() {
            for (r, to) in line.iter_mut().enumerate() {
                *to = if r < count { x.data[x.at(first + r, from + k)] } else { T::default() };
            }
        }
    }
}

/// As [`pack`] for the columns of the right side, as many as a tile is broad.
fn pack_columns<T: Real>(x: Matrix<'_, T>, rows: [usize; 2], columns: [usize; 2], broad: usize, panel: &mut [T]) {
    match broad {
        8 => pack::<T, 8>(x, rows, columns, panel),
        16 => pack::<T, 16>(x, rows, columns, panel),
        _ => pack::<T, 32>(x, rows, columns, panel),
    }
}

/// Rows and vectors of a tile: as many sums as there are registers for, beside a row of `b` and an element of `a`.
const TALL: usize = 6;
const VECTORS: usize = 2;

const fn broad<T: Real, S: Isa>() -> usize {
    VECTORS * <T::Lanes<S> as Vector>::LANES
}

/// A packed block of `a` with packed columns of `b`, into rows of `c`.
struct Block<'a, T> {
    a: &'a [T],
    b: &'a [T],
    c: &'a mut [T],
    step: usize,
    rows: usize,
    columns: [usize; 2],
    depth: usize,
    len: usize,
    add: bool,
}

impl<T: Real> Kernel for Block<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(mut self, isa: S) {
        for (j, b) in self.b.chunks(broad::<T, S>() * self.depth).enumerate() {
            for (i, a) in self.a.chunks(TALL * self.depth).enumerate() {
                let row = i * TALL;
                if row >= self.rows {
                    break;
                }
                match self.rows - row {
                    5.. => self.tile::<S, 6>(isa, [row, j], a, b),
                    3.. => self.tile::<S, 4>(isa, [row, j], a, b),
                    _ => self.tile::<S, 2>(isa, [row, j], a, b),
                }
            }
        }
    }
}

impl<T: Real> Block<'_, T> {
    /// The first `R` rows of a panel.
    #[inline(always)]
    fn tile<S: Isa, const R: usize>(&mut self, isa: S, [row, panel]: [usize; 2], a: &[T], b: &[T]) {
        let lanes = T::Lanes::<S>::LANES;
        let column = panel * VECTORS * lanes;
        let [left, columns] = self.columns;
        let width = (columns - column).min(VECTORS * lanes);
        let place = |r: usize| (row + r) * self.step + left + column;
        for r in 0..R.min(self.rows - row) {
            prefetch(&self.c[place(r)..][..width]);
        }
        let mut sums = [[T::Lanes::<S>::splat(isa, T::default()); VECTORS]; R];
        for (a, b) in a.as_chunks::<TALL>().0.iter().zip(b.chunks_exact(VECTORS * lanes)).take(self.len) {
            let vectors: [T::Lanes<S>; VECTORS] = std::array::from_fn(|v| Vector::load(isa, &b[v * lanes..][..lanes]));
            for (sums, x) in sums.iter_mut().zip(a) {
                let factor = T::Lanes::<S>::splat(isa, *x);
                for (sum, vector) in sums.iter_mut().zip(vectors) {
                    *sum = sum.plus_product(factor, vector);
                }
            }
        }
        if self.rows - row >= R && width == VECTORS * lanes {
            // Whole tiles in loops of a fixed length, so that the sums are stored from their registers.
            for (r, sums) in sums.into_iter().enumerate() {
                let line = &mut self.c[place(r)..][..VECTORS * lanes];
                for (sum, out) in sums.into_iter().zip(line.chunks_exact_mut(lanes)) {
                    let sum = if self.add { T::Lanes::<S>::load(isa, out) + sum } else { sum };
                    sum.store(out);
                }
            }
            return;
        }
        for (r, sums) in sums.into_iter().enumerate().take(self.rows - row) {
            for (sum, out) in sums.into_iter().zip(self.c[place(r)..][..width].chunks_mut(lanes)) {
                finish::<T, S>(isa, sum, out, self.add);
            }
        }
    }
}
