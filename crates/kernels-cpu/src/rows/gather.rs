//! Pooling the vectors of a batch into one output.

use super::feature::{Pooling, Rows, Span};
use super::{Lookup, RowFloat};
use crate::Pool;
use crate::simd::{Isa, Kernel, dispatch};
use std::ops::Range;
use talray_core::rows::RowView;
use talray_core::{Error, Result};

/// Rows of the output that are one piece of work.
const BLOCK: usize = 64;
/// Positions whose vectors are fetched while those before them are combined.
const AHEAD: usize = 32;

impl<T: RowFloat> Lookup<T> {
    /// Writes `output`, `[rows, columns]`: the pooled vectors of every feature. `tables` are those
    /// that the lookup was made with; their rows are read as they are now.
    ///
    /// # Errors
    /// `INTERNAL` when `output` or `tables` are not those of the lookup.
    pub fn gather(&self, tables: &[&dyn RowView<T>], output: &mut [T], pool: &Pool) -> Result<()> {
        if output.len() != self.rows * self.columns || tables.len() != self.tables.len() {
            return Err(Error::internal(format!(
                "a lookup of {} × {} in {} tables was given {} elements and {} tables",
                self.rows,
                self.columns,
                self.tables.len(),
                output.len(),
                tables.len()
            )));
        }
        if self.columns > 0 {
            pool.for_each_chunk(output, BLOCK * self.columns, |block, out| {
                dispatch(Block { lookup: self, tables, first: block * BLOCK, out });
            });
        }
        Ok(())
    }
}

struct Block<'a, 'o, T> {
    lookup: &'a Lookup<T>,
    tables: &'a [&'a dyn RowView<T>],
    first: usize,
    out: &'o mut [T],
}

impl<T: RowFloat> Kernel for Block<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, _: S) {
        let columns = self.lookup.columns;
        let rows = self.first..self.first + self.out.len() / columns;
        let (mut slots, mut now, mut next) = (Vec::new(), Vec::new(), Vec::new());
        for span in &self.lookup.spans {
            let view = self.tables[span.table];
            let table = &self.lookup.tables[span.table];
            let mut fetch = |r: &Range<usize>, into: &mut Vec<_>| {
                let positions = span.start + span.rows.of(r.start).start..span.start + span.rows.of(r.end - 1).end;
                table.vectors(view, positions, &mut slots, into);
            };
            let mut piece = next_piece(span, rows.start, rows.end);
            if piece.is_empty() {
                continue;
            }
            fetch(&piece, &mut now);
            while !piece.is_empty() {
                let following = next_piece(span, piece.end, rows.end);
                if !following.is_empty() {
                    fetch(&following, &mut next);
                }
                let start = (piece.start - self.first) * columns;
                combine(span, piece, &now, &mut self.out[start..], columns);
                std::mem::swap(&mut now, &mut next);
                piece = following;
            }
        }
    }
}

/// The rows from `start` on that have [`AHEAD`] positions together, or the first one that has more.
#[inline(always)]
fn next_piece<T>(span: &Span<T>, start: usize, end: usize) -> Range<usize> {
    let rows = match &span.rows {
        Rows::Fixed(n) => (AHEAD / (*n).max(1)).max(1),
        Rows::Ragged(starts) => {
            let limit = starts[start] + AHEAD;
            starts[start + 1..=end].iter().take_while(|s| **s <= limit).count().max(1)
        }
    };
    start..end.min(start + rows)
}

/// Combines the vectors of `rows`; `out` starts at the first of them.
#[inline(always)]
fn combine<T: RowFloat>(span: &Span<T>, rows: Range<usize>, vectors: &[&[T]], out: &mut [T], columns: usize) {
    if rows.is_empty() {
        return;
    }
    let first = span.rows.of(rows.start).start;
    for (i, row) in rows.clone().enumerate() {
        let start = i * columns + span.column;
        let range = span.rows.of(row);
        let vectors = &vectors[range.start - first..range.end - first];
        let factors = span.factors.as_ref().map(|f| &f[range.clone()]);
        if span.pooling == Pooling::Flat {
            for (j, vector) in vectors.iter().enumerate() {
                let out = &mut out[start + j * span.width..start + (j + 1) * span.width];
                set(out, vector, factor(span, factors, j, vector));
            }
            continue;
        }
        let out = &mut out[start..start + span.width];
        let Some(vector) = vectors.first() else {
            out.fill(T::ZERO);
            continue;
        };
        set(out, vector, factor(span, factors, 0, vector));
        for (j, vector) in vectors.iter().enumerate().skip(1) {
            match factor(span, factors, j, vector) {
                None => out.iter_mut().zip(*vector).for_each(|(o, v)| *o += *v),
                Some(f) => out.iter_mut().zip(*vector).for_each(|(o, v)| *o += *v * f),
            }
        }
        if let Some(divisors) = &span.divisors {
            let divisor = divisors[row];
            out.iter_mut().for_each(|o| *o = *o / divisor);
        }
    }
}

#[inline(always)]
fn set<T: RowFloat>(out: &mut [T], vector: &[T], factor: Option<T>) {
    match factor {
        None => out.copy_from_slice(vector),
        Some(f) => out.iter_mut().zip(vector).for_each(|(o, v)| *o = *v * f),
    }
}

/// What position `j` of a row is multiplied with.
#[inline(always)]
fn factor<T: RowFloat>(span: &Span<T>, factors: Option<&[T]>, j: usize, vector: &[T]) -> Option<T> {
    let weight = factors.map(|f| f[j]);
    match span.max_norm.and_then(|m| shrink(vector, m)) {
        None => weight,
        Some(s) => Some(weight.map_or(s, |w| w * s)),
    }
}

/// `max / ‖vector‖`, where the norm is greater than `max`.
#[inline(always)]
pub(super) fn shrink<T: RowFloat>(vector: &[T], max: T) -> Option<T> {
    let norm = dot(vector, vector).sqrt();
    (norm > max).then(|| max / norm)
}

/// Σ a·b in the order of [`sum`].
#[inline(always)]
pub(super) fn dot<T: RowFloat>(a: &[T], b: &[T]) -> T {
    let mut sums = [T::ZERO; 8];
    for (a, b) in a.chunks(8).zip(b.chunks(8)) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += *a * *b;
        }
    }
    sums.into_iter().fold(T::ZERO, |sum, x| sum + x)
}

/// Σ a in a fixed order: eight running sums, then these from first to last.
#[inline(always)]
pub(super) fn sum<T: RowFloat>(a: &[T]) -> T {
    let mut sums = [T::ZERO; 8];
    for a in a.chunks(8) {
        sums.iter_mut().zip(a).for_each(|(sum, a)| *sum += *a);
    }
    sums.into_iter().fold(T::ZERO, |sum, x| sum + x)
}
