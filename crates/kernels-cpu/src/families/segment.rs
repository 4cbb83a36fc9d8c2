//! Rows folded by segment id, each segment in order of position.

use bytemuck::Pod;
use std::any::TypeId;
use std::marker::PhantomData;
use std::ops::Range;
use talray_core::{Error, Result};

use super::gather::Index;
use super::reduce::Fold;
use crate::Pool;
use crate::simd::{Isa, Kernel, dispatch};

/// Ids as they must be: below `n`; if `sorted`, neither negative nor decreasing.
pub fn check<I: Index>(ids: &[I], n: usize, sorted: bool) -> Result<()> {
    let mut last = 0;
    for (at, id) in ids.iter().enumerate() {
        let id = id.to_i64();
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

/// How accumulators become elements.
pub struct Finish<A, O> {
    /// Changes a segment's accumulators, given the number of its elements; `None` leaves them.
    pub row: Option<fn(&mut [A], u32)>,
    /// Makes an accumulator an element.
    pub narrow: fn(A) -> O,
}

/// Folds rows of `inner` elements of `x` into `out`, `[segments, inner]`. Ids have been checked; negative ones are left out.
pub fn segment<T: Pod + Send + Sync, I: Index, F: Fold<T>, O: Pod + Send>(
    x: &[T],
    ids: &[I],
    inner: usize,
    out: &mut [O],
    finish: &Finish<F::Acc, O>,
    pool: &Pool,
) {
    if out.is_empty() {
        return;
    }
    let segments = out.len() / inner;
    // Each thread folds a range of segments; the order inside a segment is that of positions.
    let ranges = if ids.len() * inner < 1 << 14 { 1 } else { pool.threads().clamp(1, 16) };
    let per = segments.div_ceil(ranges);
    let fold = |range: usize, acc: &mut [F::Acc]| {
        let first = range * per;
        let rows = first..first + acc.len() / inner;
        acc.fill(F::IDENTITY);
        dispatch(Task::<T, I, F> { x, ids, inner, rows: rows.clone(), acc, fold: PhantomData });
        if let Some(finish) = finish.row {
            let counts = count(ids, &rows);
            acc.chunks_exact_mut(inner).zip(counts).for_each(|(row, n)| finish(row, n));
        }
    };
    if TypeId::of::<O>() == TypeId::of::<F::Acc>() {
        pool.for_each_chunk(bytemuck::cast_slice_mut::<O, F::Acc>(out), per * inner, fold);
        return;
    }
    pool.for_each_chunk(out, per * inner, |range, out| {
        let mut acc = vec![F::IDENTITY; out.len()];
        fold(range, &mut acc);
        out.iter_mut().zip(acc).for_each(|(o, a)| *o = (finish.narrow)(a));
    });
}

fn count<I: Index>(ids: &[I], rows: &Range<usize>) -> Vec<u32> {
    let mut counts = vec![0; rows.len()];
    for id in ids {
        if let Some(n) = usize::try_from(id.to_i64()).ok().and_then(|id| counts.get_mut(id.wrapping_sub(rows.start))) {
            *n += 1;
        }
    }
    counts
}

struct Task<'a, T, I, F: Fold<T>> {
    x: &'a [T],
    ids: &'a [I],
    inner: usize,
    rows: Range<usize>,
    acc: &'a mut [F::Acc],
    fold: PhantomData<F>,
}

impl<T: Pod, I: Index, F: Fold<T>> Kernel for Task<'_, T, I, F> {
    type Output = ();
    #[inline(always)]
    fn run<S: Isa>(self, _isa: S) {
        let inner = self.inner;
        for (at, id) in self.ids.iter().enumerate() {
            // A negative id is far outside as an unsigned number.
            let id = (id.to_i64() as usize).wrapping_sub(self.rows.start);
            if id < self.rows.len() {
                let acc = &mut self.acc[id * inner..(id + 1) * inner];
                let x = &self.x[at * inner..(at + 1) * inner];
                acc.iter_mut().zip(x).for_each(|(a, &x)| *a = F::merge(*a, F::take(x)));
            }
        }
    }
}
