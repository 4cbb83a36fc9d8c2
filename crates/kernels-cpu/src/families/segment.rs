//! Rows folded by segment id, each segment in order of position.

use std::marker::PhantomData;
use std::ops::Range;
use talray_core::{Error, Result};

use super::number::{Body, Wide};
use super::reduce::Fold;
use crate::Pool;

/// Ids as they must be: below `n`; if `sorted`, neither negative nor decreasing.
pub fn check(ids: &[i64], n: usize, sorted: bool) -> Result<()> {
    let mut last = 0;
    for (at, &id) in ids.iter().enumerate() {
        if id >= n as i64 {
            return Err(Error::shape(format!("segment id {id} at position {at} is outside {n} segments")));
        }
        if sorted && id < last {
            let message = format!("segment id {id} at position {at} follows {last}: ids must not be negative nor decrease");
            return Err(Error::shape(format!("{message}; use the unsorted form")));
        }
        last = id;
    }
    Ok(())
}

/// Changes a segment's row, given the number of its elements.
pub type Finish<'a, W> = &'a (dyn Fn(&mut [W], u32) + Sync);

/// Folds rows of `inner` elements of `x` into `out`, `[segments, inner]`, starting from `start` (of
/// the same shape) or from nothing. Ids have been checked; negative ones are left out.
pub fn segment<W: Wide, F: Fold<W>>(
    x: &[W],
    ids: &[i64],
    start: Option<&[W]>,
    inner: usize,
    out: &mut [W],
    finish: Option<Finish<'_, W>>,
    pool: &Pool,
) {
    if out.is_empty() {
        return;
    }
    let segments = out.len() / inner;
    // Each thread folds a range of segments; the order inside a segment is that of positions.
    let ranges = if ids.len() * inner < 1 << 14 { 1 } else { pool.threads().clamp(1, 16) };
    let per = segments.div_ceil(ranges);
    pool.for_each_chunk(out, per * inner, |range, acc| {
        let first = range * per;
        let rows = first..first + acc.len() / inner;
        match start {
            Some(start) => acc.copy_from_slice(&start[first * inner..][..acc.len()]),
            None => acc.fill(F::IDENTITY),
        }
        W::enter(Task::<W, F> { x, ids, inner, rows: rows.clone(), acc, fold: PhantomData });
        if let Some(finish) = finish {
            let counts = count(ids, &rows);
            acc.chunks_exact_mut(inner).zip(counts).for_each(|(row, n)| finish(row, n));
        }
    });
}

fn count(ids: &[i64], rows: &Range<usize>) -> Vec<u32> {
    let mut counts = vec![0; rows.len()];
    for &id in ids {
        // A negative id is far outside as an unsigned number.
        if let Some(n) = counts.get_mut((id as usize).wrapping_sub(rows.start)) {
            *n += 1;
        }
    }
    counts
}

struct Task<'a, W, F> {
    x: &'a [W],
    ids: &'a [i64],
    inner: usize,
    rows: Range<usize>,
    acc: &'a mut [W],
    fold: PhantomData<F>,
}

impl<W: Wide, F: Fold<W>> Body for Task<'_, W, F> {
    type Output = ();
    #[inline(always)]
    fn body(self) {
        let inner = self.inner;
        for (at, &id) in self.ids.iter().enumerate() {
            let id = (id as usize).wrapping_sub(self.rows.start);
            if id < self.rows.len() {
                let acc = &mut self.acc[id * inner..(id + 1) * inner];
                let x = &self.x[at * inner..(at + 1) * inner];
                acc.iter_mut().zip(x).for_each(|(a, &x)| *a = F::merge(*a, x));
            }
        }
    }
}
