//! The gradients of the first layer over embeddings: what reaches the rows that share an id is summed once, and both
//! products, for the vector and for the kernel, are made of that sum.
#![expect(unsafe_code, reason = "threads write columns of one matrix, and scratch memory is raw")]

use super::embedding::{Layer, Shared, with_scratch};
use super::level::{Level, dispatch};
use super::map::Real;
use super::panel::{Left, Lines, load, pack, panel, store, strips};
use super::vector::{Isa, Kernel, Vector};
use crate::Pool;
use crate::memory::Buffer;
use talray_core::{Error, Result};

/// Output columns whose part of the vectors' gradients one thread sums: a multiple of every strip.
const GROUP: usize = 256;
/// Distinct ids that are worked on at once, so that their sums stay in the first-level cache.
const BLOCK: usize = 64;
/// Vectors' gradients that a thread adds up at once.
const CHUNK: usize = 1 << 14;
/// Elements of a strip, and of a padded vector beyond its own, at most.
const STRIP: usize = 64;

/// Fills `vectors`, `[pairs, dim]`, and `kernel` with the gradients of those of `layer`; `dy` is `[batch, units]`.
pub(crate) fn backward<T: Real + Send + Sync>(
    layer: &Layer<'_, T>,
    dy: &[T],
    vectors: &mut [T],
    kernel: &mut [T],
    pool: &Pool,
) -> Result<()> {
    layer.check(dy.len())?;
    if vectors.len() != layer.vectors.len() || kernel.len() != layer.kernel.len() {
        return Err(Error::internal("the gradients of a layer over embeddings have other sizes than it"));
    }
    let dim = layer.dim;
    let pairs = vectors.len().checked_div(dim).unwrap_or(0);
    let groups = layer.units.div_ceil(GROUP);
    let padded = dim.next_multiple_of(16);
    let mut parts = Buffer::new((groups * pairs * padded * size_of::<T>()).max(1))?;
    let Some(bytes) = parts.get_mut() else { return Err(Error::internal("a new buffer is shared")) };
    let parts = Shared(bytes.as_mut_ptr().cast::<T>());
    let out = Shared(kernel.as_mut_ptr());
    let scratch = (layer.batch + layer.columns.len() * padded + BLOCK + dim.max(layer.numbers)) * STRIP;
    with_scratch(pool, groups, scratch, |group, scratch| {
        let part = parts.at(group * pairs * padded);
        dispatch(Backward { layer, dy, group, part, padded, kernel: out, scratch });
    })?;
    let rows = (CHUNK / dim.max(1)).max(1);
    pool.for_each_chunk(vectors, rows * dim, |chunk, out| {
        for (i, out) in out.chunks_exact_mut(dim).enumerate() {
            for group in 0..groups {
                let from = parts.at((group * pairs + chunk * rows + i) * padded);
                // SAFETY: each group has a padded vector for every pair, and all are written.
                let part = unsafe { std::slice::from_raw_parts(from, dim) };
                if group == 0 {
                    out.copy_from_slice(part);
                } else {
                    out.iter_mut().zip(part).for_each(|(sum, part)| *sum = T::add(*sum, *part));
                }
            }
            if groups == 0 {
                out.fill(T::default());
            }
        }
    });
    Ok(())
}

struct Backward<'a, T> {
    layer: &'a Layer<'a, T>,
    dy: &'a [T],
    group: usize,
    /// This group's part of the vectors' gradients, `[pairs, padded]`.
    part: *mut T,
    padded: usize,
    kernel: Shared<T>,
    scratch: *mut T,
}

impl<T: Real> Kernel for Backward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        if S::LEVEL == Level::Avx512 { self.each_strip::<S, 4, 4>(isa) } else { self.each_strip::<S, 4, 2>(isa) }
    }
}

impl<T: Real> Backward<'_, T> {
    #[inline(always)]
    fn each_strip<S: Isa, const R: usize, const V: usize>(&self, isa: S) {
        for first in strips(self.layer.units, self.group, GROUP, V * T::Lanes::<S>::LANES) {
            self.strip::<S, R, V>(isa, first);
        }
    }

    /// What `V` vectors of output columns give; those past the last are zeros.
    #[inline(always)]
    fn strip<S: Isa, const R: usize, const V: usize>(&self, isa: S, first: usize) {
        let lanes = T::Lanes::<S>::LANES;
        let Layer { columns, batch, vectors, dim, units, x, numbers, .. } = *self.layer;
        let (wide, width) = (V * lanes, (V * lanes).min(units - first));
        let padded = self.padded;
        let dy = self.scratch;
        let turned = dy.wrapping_add(batch * wide);
        let sums = turned.wrapping_add(columns.len() * padded * wide);
        let kernel = sums.wrapping_add(BLOCK * wide);
        // SAFETY: the scratch has room for `batch` rows of a strip.
        unsafe { pack(self.dy, units, first..first + width, dy, wide) };
        self.turn(turned, wide, first..first + width);
        let begun = !first.is_multiple_of(GROUP);
        let lines = |start: *mut T| Lines { start, step: wide };
        for (c, (column, own)) in columns.iter().zip(self.layer.pairs()).enumerate() {
            let turned = turned.wrapping_add(c * padded * wide);
            for begin in (0..own.len()).step_by(BLOCK) {
                let n = BLOCK.min(own.len() - begin);
                let (from, to) =
                    (vectors[(own.start + begin) * dim..].as_ptr(), self.part.wrapping_add((own.start + begin) * padded));
                for i in 0..n {
                    // SAFETY: the places of a column are rows of the batch.
                    let sum = unsafe { total::<T, S, V>(isa, dy, column.places(begin + i)) };
                    // SAFETY: `sums` has room for BLOCK rows.
                    unsafe { store::<T, S, V>(sum, sums.wrapping_add(i * wide)) };
                }
                let right = Lines { start: sums.cast_const(), step: wide };
                let left = Left { start: from, row: 1, column: dim };
                // SAFETY: n vectors from here on are those of these ids; `kernel` has room for `dim` rows.
                unsafe { panel::<T, S, R, V>(isa, (dim, n), left, right, lines(kernel), begin > 0) };
                let left = Left { start: sums.cast_const(), row: wide, column: 1 };
                for lane in (0..padded).step_by(lanes) {
                    let right = Lines { start: turned.wrapping_add(lane).cast_const(), step: padded };
                    let to = Lines { start: to.wrapping_add(lane), step: padded };
                    // SAFETY: `turned` has a padded row for each column of a strip, the part one for each pair.
                    unsafe { panel::<T, S, 8, 1>(isa, (n, wide), left, right, to, begun) };
                }
            }
            if own.is_empty() {
                // SAFETY: as above.
                unsafe { std::slice::from_raw_parts_mut(kernel, dim * wide) }.fill(T::default());
            }
            self.put(kernel, wide, c * dim..(c + 1) * dim, first..first + width);
        }
        if numbers > 0 {
            let left = Left { start: x.as_ptr(), row: 1, column: numbers };
            let right = Lines { start: dy.cast_const(), step: wide };
            // SAFETY: `x` and the strip of `dy` have `batch` rows, `kernel` has room for `numbers` rows.
            unsafe { panel::<T, S, R, V>(isa, (numbers, batch), left, right, lines(kernel), false) };
            let begin = columns.len() * dim;
            self.put(kernel, wide, begin..begin + numbers, first..first + width);
        }
    }

    /// For each column of the ids the kernel's rows as columns, padded with zeros: `[columns of the strip, padded]`.
    #[inline(always)]
    fn turn(&self, to: *mut T, wide: usize, strip: std::ops::Range<usize>) {
        let Layer { columns, dim, kernel, units, .. } = *self.layer;
        let padded = self.padded;
        // SAFETY: the scratch has room for this, whatever it held.
        let to = unsafe { std::slice::from_raw_parts_mut(to, columns.len() * wide * padded) };
        if padded > dim || strip.len() < wide {
            to.fill(T::default());
        }
        for (c, to) in to.chunks_exact_mut(wide * padded).enumerate() {
            for k in 0..dim {
                let row = &kernel[(c * dim + k) * units..][..units];
                for (to, from) in to.chunks_exact_mut(padded).zip(&row[strip.clone()]) {
                    to[k] = *from;
                }
            }
        }
    }

    /// Writes rows of a strip to the gradient of the kernel.
    #[inline(always)]
    fn put(&self, from: *const T, wide: usize, rows: std::ops::Range<usize>, strip: std::ops::Range<usize>) {
        for (i, row) in rows.enumerate() {
            let to = self.kernel.at(row * self.layer.units + strip.start);
            // SAFETY: the strip's part of a row is this thread's alone; `from` has the rows.
            unsafe { std::ptr::copy_nonoverlapping(from.wrapping_add(i * wide), to, strip.len()) };
        }
    }
}

/// The sum of rows of `dy`: in order if there are few, else four sums of every fourth row, added up.
///
/// # Safety
/// `dy` has these rows.
#[inline(always)]
unsafe fn total<T: Real, S: Isa, const V: usize>(isa: S, dy: *const T, places: &[u32]) -> [T::Lanes<S>; V] {
    let wide = V * T::Lanes::<S>::LANES;
    // SAFETY: the caller says so.
    let row = |place: &u32| unsafe { load::<T, S, V>(isa, dy.wrapping_add(*place as usize * wide)) };
    let add = |mut sum: [T::Lanes<S>; V], row: [T::Lanes<S>; V]| {
        sum.iter_mut().zip(row).for_each(|(sum, row)| *sum = *sum + row);
        sum
    };
    let Some((first, rest)) = places.split_first() else { return [T::Lanes::<S>::splat(isa, T::default()); V] };
    if rest.len() < 8 {
        return rest.iter().fold(row(first), |sum, place| add(sum, row(place)));
    }
    let (fours, rest) = places.as_chunks::<4>();
    let mut sums = [[T::Lanes::<S>::splat(isa, T::default()); V]; 4];
    for four in fours {
        for (sum, place) in sums.iter_mut().zip(four) {
            *sum = add(*sum, row(place));
        }
    }
    let [a, b, c, d] = sums;
    rest.iter().fold(add(add(a, b), add(c, d)), |sum, place| add(sum, row(place)))
}
