//! What an update would do, without doing it: the distinct rows of a lookup with their summed
//! gradients, and sums over them.

use super::gradient::Positions;
use super::rule::{RowKernel, Tile};
use super::unique::Group;
use super::{Extent, Feature, Integers, Lookup, Pooling, RowFloat, Touched};
use crate::Pool;
use talray_core::rows::{MISSING_ROW, RowElement, RowStore, RowView};
use talray_core::{Error, Result};

/// The distinct keys of lookups in one table, with how often each occurs and its gradient.
#[derive(Debug, Default)]
pub(super) struct Coalesced<T> {
    pub keys: Vec<u64>,
    pub counts: Vec<u32>,
    /// `[keys, width]`
    pub gradients: Vec<T>,
}

impl<T> Coalesced<T> {
    /// Empties it.
    pub fn clear(&mut self) {
        self.keys.clear();
        self.counts.clear();
        self.gradients.clear();
    }
}

impl<T: RowFloat> Lookup<T> {
    /// Sums over the rows of table `table` that [`Lookup::update`] would change, one for each row
    /// sum of `kernel`: of what its stages give over all elements of these rows, shard by shard.
    ///
    /// # Errors
    /// Those of [`Lookup::update`].
    pub fn sums(
        &mut self,
        table: usize,
        store: &dyn RowStore<T>,
        gradient: &[T],
        (kernel, scalars): (&RowKernel, &[T]),
        pool: &Pool,
    ) -> Result<Vec<T>> {
        kernel.check(store.layout(), scalars)?;
        self.ready(table, store, gradient, pool)?;
        let width = store.layout().width();
        let positions = Positions::new(self, table, width, gradient);
        let groups = &self.tables[table].unique.groups;
        let mut parts: Vec<Result<Vec<f64>>> = groups.iter().map(|_| Ok(Vec::new())).collect();
        pool.for_each_chunk(&mut parts, 1, |shard, parts| {
            for part in parts {
                *part = sums_of_shard(shard, &groups[shard], store, &positions, (kernel, scalars));
            }
        });
        let mut totals = vec![0.0; kernel.sums()];
        for part in parts {
            totals.iter_mut().zip(part?).for_each(|(total, x)| *total += x);
        }
        Ok(totals.into_iter().map(<T as RowElement>::from_f64).collect())
    }

    /// The distinct keys of table `table` with their gradients, added to `all`.
    pub(super) fn coalesce(
        &mut self,
        table: usize,
        store: &dyn RowStore<T>,
        gradient: &[T],
        all: &mut Coalesced<T>,
        pool: &Pool,
    ) -> Result<()> {
        self.ready(table, store, gradient, pool)?;
        let width = store.layout().width();
        let positions = Positions::new(self, table, width, gradient);
        let mut vector = vec![T::ZERO; width];
        for (shard, group) in self.tables[table].unique.groups.iter().enumerate() {
            let (starts, of) = group.by_row();
            for row in 0..group.rows.len() {
                load(shard, group, row, store, 0, &mut vector);
                let at = all.gradients.len();
                all.gradients.resize(at + width, T::ZERO);
                positions.sum(&of[starts[row] as usize..starts[row + 1] as usize], &vector, &mut all.gradients[at..]);
            }
            all.keys.extend(&group.keys);
            all.counts.extend(&group.counts);
        }
        Ok(())
    }

    /// Becomes the lookup of these keys, each once, whose update counts them as often as they occurred.
    pub(super) fn joined(&mut self, all: &Coalesced<T>, store: &dyn RowStore<T>, pool: &Pool) -> Result<()> {
        let keys = Integers::U64(&all.keys);
        let feature = Feature { extent: Extent::Fixed(1), pooling: Pooling::Sum, ..Feature::single(0, keys) };
        let view: &dyn RowView<T> = store;
        self.foresee(all.keys.len(), &[feature], &[view], pool)?;
        let table = &mut self.tables[0];
        table.distinct(store, pool)?;
        for group in &mut table.unique.groups {
            let mut seen = vec![0; group.keys.len()];
            for (position, number) in group.positions.iter().zip(&group.of) {
                seen[*number as usize] += all.counts[*position as usize];
            }
            group.seen = Some(seen);
        }
        Ok(())
    }

    /// Checks that the lookup can be updated by `gradient`, and finds its distinct rows.
    fn ready(&mut self, table: usize, store: &dyn RowStore<T>, gradient: &[T], pool: &Pool) -> Result<()> {
        if !self.training || gradient.len() != self.rows * self.columns || table >= self.tables.len() {
            return Err(Error::internal(format!(
                "a lookup of {} × {} was given a gradient of {} elements, or was made outside training",
                self.rows,
                self.columns,
                gradient.len()
            )));
        }
        self.tables[table].touch(store, Touched::Batch, pool)
    }
}

/// Field `field` of row `row` of a group, as it is or, for a row still to be made, as it will be.
fn load<T: RowFloat>(shard: usize, group: &Group, row: usize, store: &dyn RowStore<T>, field: usize, out: &mut [T]) {
    if group.rows[row] != MISSING_ROW {
        store.shard(shard).load(field, &group.rows[row..=row], out);
    } else if field == 0 {
        store.initial(&group.keys[row..=row], out);
    } else {
        out.fill(<T as RowElement>::from_f64(store.layout().slots()[field - 1].initial));
    }
}

fn sums_of_shard<T: RowFloat>(
    shard: usize,
    group: &Group,
    store: &dyn RowStore<T>,
    positions: &Positions<'_, T>,
    (kernel, scalars): (&RowKernel, &[T]),
) -> Result<Vec<f64>> {
    let total = group.rows.len();
    let (starts, of) = group.by_row();
    let mut tile = Tile::new(kernel, kernel.tile_rows().min(total.max(1)));
    let width = tile.widths[0];
    let mut sums = vec![0.0; kernel.sums()];
    for first in (0..total).step_by(kernel.tile_rows()) {
        let n = kernel.tile_rows().min(total - first);
        for i in 0..n {
            let row = first + i;
            for field in 0..tile.fields.len() {
                let width = tile.widths[field];
                load(shard, group, row, store, field, &mut tile.fields[field][i * width..(i + 1) * width]);
            }
            let place = i * width..(i + 1) * width;
            let (vector, out) = (&tile.fields[0][place.clone()], &mut tile.gradient[place]);
            positions.sum(&of[starts[row] as usize..starts[row + 1] as usize], vector, out);
        }
        kernel.run(n, &mut tile, scalars)?;
        for (sum, rows) in sums.iter_mut().zip(&tile.sums) {
            rows[..n].iter().for_each(|x| *sum += RowElement::to_f64(*x));
        }
    }
    Ok(sums)
}
