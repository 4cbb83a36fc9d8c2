//! Row updates: duplicates summed, then each touched row read and written once with its slots.

use super::gradient::Positions;
use super::lookup::TableRows;
use super::rule::{RowKernel, Tile};
use super::unique::Group;
use super::{Lookup, RowFloat};
use crate::Pool;
use crate::simd::{Isa, Kernel, dispatch};
use std::ops::Range;
use talray_core::rows::{RowShard, RowStore};
use talray_core::{Error, Result};

/// Touched rows from which neighbouring shards are separate pieces of work.
const PIECE: usize = 256;

/// Which rows an update reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Touched {
    /// Those of the batch.
    #[default]
    Batch,
    /// All of them, with a gradient of zero where the batch has none. For arrays only.
    Every,
}

/// What is done to the rows of one table.
#[derive(Clone, Copy)]
pub struct RowUpdate<'a, T> {
    /// The rule.
    pub kernel: &'a RowKernel,
    /// Its run-time scalars.
    pub scalars: &'a [T],
    /// Which rows it reaches.
    pub touched: Touched,
    /// The step that tracked rows remember as their version.
    pub step: u32,
}

impl<T: RowFloat> Lookup<T> {
    /// Updates the rows of the batch from `gradient`, `[rows, columns]`, the gradient of what
    /// [`Lookup::gather`] gave. `updates` has one entry a table; a table with `None` stays as it is.
    /// A row's gradients are summed in order of position (feature by feature, row by row), so that
    /// the result does not depend on threads.
    ///
    /// # Errors
    /// Before any write: `INTERNAL` when gradient or tables are not those of the lookup, or
    /// it was made outside training; `OPTION` or `DTYPE` when a rule does not fit its table. `MEMORY`
    /// when rows that [`Lookup::foresee`] left to be made do not fit: those made have first values.
    pub fn update<'d>(
        &mut self,
        tables: &mut [&'d mut dyn RowStore<T>],
        gradient: &[T],
        updates: &[Option<RowUpdate<'_, T>>],
        pool: &Pool,
    ) -> Result<()> {
        if tables.len() != self.tables.len() || updates.len() != tables.len() {
            return Err(Error::internal(format!(
                "a lookup in {} tables was given {} tables and {} updates",
                self.tables.len(),
                tables.len(),
                updates.len()
            )));
        }
        let mut wanted: Vec<Wanted<'_, 'd, T>> = Vec::new();
        for (i, (table, update)) in tables.iter_mut().zip(updates).enumerate() {
            if let Some(update) = update {
                wanted.push((i, &mut **table, *update));
            }
        }
        self.update_wanted(&mut wanted, gradient, pool)
    }

    /// As [`Lookup::update`], of table number `table` alone.
    ///
    /// # Errors
    /// As [`Lookup::update`].
    pub fn update_one(
        &mut self,
        table: usize,
        store: &mut dyn RowStore<T>,
        gradient: &[T],
        update: RowUpdate<'_, T>,
        pool: &Pool,
    ) -> Result<()> {
        self.update_wanted(&mut [(table, store, update)], gradient, pool)
    }

    fn update_wanted(&mut self, wanted: &mut [Wanted<'_, '_, T>], gradient: &[T], pool: &Pool) -> Result<()> {
        self.check(wanted, gradient)?;
        for (i, store, update) in wanted.iter_mut() {
            let table = &mut self.tables[*i];
            if table.slots.iter().any(|s| s.is_missing()) {
                table.insert(&mut **store, pool)?;
            }
            table.touch(&**store, update.touched, pool)?;
        }
        let new = |(i, store, _): &Wanted<'_, '_, T>| Positions::new(self, *i, store.layout().width(), gradient);
        let positions: Vec<Positions<'_, T>> = wanted.iter().map(new).collect();
        let mut pieces = Vec::new();
        for ((i, store, update), positions) in wanted.iter_mut().zip(&positions) {
            let (groups, update) = (&self.tables[*i].unique.groups, &*update);
            let mut parts: Vec<(&mut dyn RowShard<T>, &Group)> = Vec::new();
            let mut rows = 0;
            for (shard, group) in store.shards_mut().into_iter().zip(groups) {
                if group.rows.is_empty() {
                    continue;
                }
                rows += group.rows.len();
                parts.push((shard, group));
                if rows >= PIECE {
                    pieces.push((Piece { parts: std::mem::take(&mut parts), update, positions }, Ok(())));
                    rows = 0;
                }
            }
            if !parts.is_empty() {
                pieces.push((Piece { parts, update, positions }, Ok(())));
            }
        }
        pool.for_each_chunk(&mut pieces, 1, |_, pieces| {
            for (piece, result) in pieces {
                *result = dispatch(Run(piece));
            }
        });
        pieces.into_iter().try_for_each(|(_, result)| result)
    }

    fn check(&self, wanted: &[Wanted<'_, '_, T>], gradient: &[T]) -> Result<()> {
        if gradient.len() != self.rows * self.columns || wanted.iter().any(|(i, ..)| *i >= self.tables.len()) {
            return Err(Error::internal(format!(
                "a lookup of {} × {} in {} tables was given a gradient of {} elements for others",
                self.rows,
                self.columns,
                self.tables.len(),
                gradient.len()
            )));
        }
        for (i, store, update) in wanted {
            let table = &self.tables[*i];
            update.kernel.check(store.layout(), update.scalars)?;
            if update.touched == Touched::Every && !table.direct {
                return Err(Error::option("only arrays can be updated in every row; use lazy updates for an open table"));
            }
            if !self.training && table.slots.iter().any(|s| s.is_missing()) {
                return Err(Error::internal("a lookup made outside training was used for an update"));
            }
        }
        Ok(())
    }
}

impl<T: RowFloat> TableRows<T> {
    /// Makes ready the groups of rows that an update goes through.
    pub(super) fn touch(&mut self, store: &dyn RowStore<T>, touched: Touched, pool: &Pool) -> Result<()> {
        if !self.direct {
            return Ok(());
        }
        if touched == Touched::Every {
            let lens: Vec<usize> = (0..store.shards()).map(|i| store.shard(i).len()).collect();
            self.unique.every(&lens, &self.slots);
            self.is_unique = false;
            return Ok(());
        }
        self.distinct(store, pool)?;
        pool.for_each_chunk(&mut self.unique.groups, 1, |shard, groups| {
            for group in groups {
                group.rows.resize(group.keys.len(), 0);
                store.find(shard, &group.keys, &mut group.rows);
            }
        });
        Ok(())
    }
}

/// A table's number in the lookup, its rows, and what is done to them.
type Wanted<'a, 'd, T> = (usize, &'a mut (dyn RowStore<T> + 'd), RowUpdate<'a, T>);

/// Neighbouring shards of one table, with rows enough to be worth a thread's while.
struct Piece<'a, T> {
    parts: Vec<(&'a mut dyn RowShard<T>, &'a Group)>,
    update: &'a RowUpdate<'a, T>,
    positions: &'a Positions<'a, T>,
}

struct Run<'p, 'a, T>(&'p mut Piece<'a, T>);

impl<T: RowFloat> Kernel for Run<'_, '_, T> {
    type Output = Result<()>;

    #[inline(always)]
    fn run<S: Isa>(self, _: S) -> Result<()> {
        let Piece { parts, update, positions } = self.0;
        let kernel = update.kernel;
        let total: usize = parts.iter().map(|(_, g)| g.rows.len()).sum();
        let size = kernel.tile_rows().min(total);
        let by_row: Vec<(Vec<u32>, Vec<u32>)> = parts.iter().map(|(_, g)| g.by_row()).collect();
        let mut tile = Tile::new(kernel, size);
        let mut start = 0;
        prefetch(parts, &by_row, positions, 0..size);
        while start < total {
            let end = total.min(start + size);
            prefetch(parts, &by_row, positions, end..total.min(end + size));
            fill(parts, &by_row, positions, start..end, &mut tile);
            kernel.run(end - start, &mut tile, update.scalars)?;
            for (part, rows, at) in Overlaps::new(parts, start..end) {
                let (shard, group) = &mut parts[part];
                let rows_of = &group.rows[rows.clone()];
                for (field, output) in kernel.results() {
                    let width = tile.widths[field];
                    let new = &tile.outputs[output][at * width..(at + rows.len()) * width];
                    shard.store(field, rows_of, new);
                }
                let seen = group.seen.as_ref().unwrap_or(&group.counts);
                shard.touch(rows_of, &seen[rows], update.step);
            }
            start = end;
        }
        Ok(())
    }
}

/// The places of a range of rows, counted over all parts: part, rows within it, offset in the range.
struct Overlaps {
    lens: smallvec::SmallVec<[usize; 16]>,
    range: Range<usize>,
    part: usize,
    first: usize,
}

impl Overlaps {
    fn new<T>(parts: &[(&mut dyn RowShard<T>, &Group)], range: Range<usize>) -> Overlaps {
        Overlaps { lens: parts.iter().map(|(_, g)| g.rows.len()).collect(), range, part: 0, first: 0 }
    }
}

impl Iterator for Overlaps {
    type Item = (usize, Range<usize>, usize);

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(len) = self.lens.get(self.part) {
            let (part, first) = (self.part, self.first);
            self.part += 1;
            self.first += len;
            let start = self.range.start.max(first);
            let end = self.range.end.min(first + len);
            if start < end {
                return Some((part, start - first..end - first, start - self.range.start));
            }
        }
        None
    }
}

type ByRow = (Vec<u32>, Vec<u32>);

#[inline(always)]
fn prefetch<T: RowFloat>(
    parts: &[(&mut dyn RowShard<T>, &Group)],
    by_row: &[ByRow],
    positions: &Positions<'_, T>,
    range: Range<usize>,
) {
    for (part, rows, _) in Overlaps::new(parts, range) {
        let (starts, of) = &by_row[part];
        positions.prefetch(&of[starts[rows.start] as usize..starts[rows.end] as usize]);
        parts[part].0.prefetch(&parts[part].1.rows[rows]);
    }
}

/// Loads fields and sums gradients.
#[inline(always)]
fn fill<T: RowFloat>(
    parts: &[(&mut dyn RowShard<T>, &Group)],
    by_row: &[ByRow],
    positions: &Positions<'_, T>,
    range: Range<usize>,
    tile: &mut Tile<T>,
) {
    for (part, rows, at) in Overlaps::new(parts, range) {
        let (shard, group) = &parts[part];
        for field in 0..tile.fields.len() {
            let width = tile.widths[field];
            shard.load(field, &group.rows[rows.clone()], &mut tile.fields[field][at * width..(at + rows.len()) * width]);
        }
        let (starts, of) = &by_row[part];
        let width = tile.widths[0];
        for (i, row) in rows.enumerate() {
            let place = (at + i) * width..(at + i + 1) * width;
            let (vector, out) = (&tile.fields[0][place.clone()], &mut tile.gradient[place]);
            positions.sum(&of[starts[row] as usize..starts[row + 1] as usize], vector, out);
        }
    }
}
