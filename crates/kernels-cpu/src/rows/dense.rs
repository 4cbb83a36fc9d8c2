//! Plain arrays as stores: a dense variable `[vocabulary, width]` and the buffers of its slots.

use super::{Extent, Feature, Integers, Lookup, Pooling, RowFloat, RowUpdate};
use crate::Pool;
use crate::memory::prefetch;
use talray_core::rows::{RowLayout, RowShard, RowSlot, RowStore, RowView};
use talray_core::{Error, Result};

/// Shards of an array, about; small arrays have fewer.
const SHARDS: usize = 16;

/// Numbers rows: key `k` is row `k`, and shards are ranges of keys.
#[derive(Clone, Copy, Debug)]
struct Ranges {
    rows: usize,
    shift: u32,
}

impl Ranges {
    fn new(rows: usize) -> Ranges {
        Ranges { rows, shift: rows.div_ceil(SHARDS).max(64).next_power_of_two().trailing_zeros() }
    }

    fn shards(self) -> usize {
        self.rows.div_ceil(1 << self.shift).max(1)
    }

    #[inline(always)]
    fn slot(self, key: u64) -> Result<RowSlot> {
        if key < self.rows as u64 {
            Ok(RowSlot::new((key >> self.shift) as usize, self.row(key)))
        } else {
            Err(self.outside(key))
        }
    }

    #[inline(always)]
    fn row(self, key: u64) -> u32 {
        (key & ((1 << self.shift) - 1)) as u32
    }

    #[cold]
    fn outside(self, key: u64) -> Error {
        let (key, rows) = (key as i64, self.rows as i64);
        Error::option(format!("id {key} is outside the {rows} rows of the variable; ids must be from 0 to {}", rows - 1))
    }

    fn route(self, keys: &[u64], shards: &mut [u16]) -> Result<()> {
        for (key, shard) in keys.iter().zip(shards) {
            *shard = self.slot(*key)?.shard() as u16;
        }
        Ok(())
    }

    fn address(self, keys: &[u64], slots: &mut [RowSlot]) -> Result<bool> {
        for (key, slot) in keys.iter().zip(slots) {
            *slot = self.slot(*key)?;
        }
        Ok(true)
    }

    fn find(self, keys: &[u64], rows: &mut [u32]) {
        keys.iter().zip(rows).for_each(|(key, row)| *row = self.row(*key));
    }
}

/// An array for lookups only.
pub struct DenseView<'a, T> {
    param: &'a [T],
    layout: RowLayout,
    ranges: Ranges,
}

impl<'a, T: RowFloat> DenseView<'a, T> {
    /// `param` as rows of `width` numbers.
    ///
    /// # Errors
    /// `SHAPE` when it does not consist of whole rows, `OPTION` for a width out of range.
    pub fn new(param: &'a [T], width: usize) -> Result<DenseView<'a, T>> {
        let layout = RowLayout::new(width, Vec::new(), false)?;
        Ok(DenseView { ranges: Ranges::new(whole_rows(param.len(), width)?), param, layout })
    }
}

fn whole_rows(len: usize, width: usize) -> Result<usize> {
    if len.is_multiple_of(width) && len / width < u32::MAX as usize {
        Ok(len / width)
    } else {
        Err(Error::shape(format!("expected whole rows of {width} numbers, fewer than 4294967295; received {len} numbers")))
    }
}

impl<T: RowFloat> RowView<T> for DenseView<'_, T> {
    fn layout(&self) -> &RowLayout {
        &self.layout
    }

    fn len(&self) -> usize {
        self.ranges.rows
    }

    fn shards(&self) -> usize {
        self.ranges.shards()
    }

    fn route(&self, keys: &[u64], shards: &mut [u16]) -> Result<()> {
        self.ranges.route(keys, shards)
    }

    fn address(&self, keys: &[u64], slots: &mut [RowSlot]) -> Result<bool> {
        self.ranges.address(keys, slots)
    }

    fn find(&self, _: usize, keys: &[u64], rows: &mut [u32]) {
        self.ranges.find(keys, rows);
    }

    fn vectors<'a>(&'a self, slots: &[RowSlot], vectors: &mut [&'a [T]]) {
        let width = self.layout.width();
        for (slot, vector) in slots.iter().zip(vectors) {
            let row = (slot.shard() << self.ranges.shift) + slot.row() as usize;
            *vector = &self.param[row * width..(row + 1) * width];
            prefetch(vector);
        }
    }

    fn absent(&self, _: &[u64], vectors: &mut [T]) {
        vectors.fill(T::ZERO);
    }
}

/// An array and its slots, to be updated.
pub struct DenseRows<'a, T> {
    layout: RowLayout,
    ranges: Ranges,
    shards: Vec<DenseShard<'a, T>>,
}

/// A range of rows: the fields of the layout, each an array of its own.
struct DenseShard<'a, T> {
    fields: Vec<(&'a mut [T], usize)>,
    rows: usize,
    ranges: Ranges,
}

impl<'a, T: RowFloat> DenseRows<'a, T> {
    /// `fields[0]` is the variable and `fields[i + 1]` slot `i` of `layout`, `[rows, width of the
    /// field]` each; scalar slots are empty.
    ///
    /// # Errors
    /// `SHAPE` when these do not fit the layout or each other.
    pub fn new(layout: &RowLayout, fields: Vec<&'a mut [T]>) -> Result<DenseRows<'a, T>> {
        let rows = whole_rows(fields.first().map_or(0, |f| f.len()), layout.width())?;
        let wanted: Vec<usize> = (0..layout.fields()).map(|f| rows * layout.field_width(f)).collect();
        if !fields.iter().map(|f| f.len()).eq(wanted.iter().copied()) {
            let received: Vec<usize> = fields.iter().map(|f| f.len()).collect();
            return Err(Error::shape(format!("a variable and its slots need {wanted:?} numbers; received {received:?}")));
        }
        let ranges = Ranges::new(rows);
        let mut shards: Vec<DenseShard<'a, T>> = Vec::new();
        for shard in 0..ranges.shards() {
            let rows = rows.min((shard + 1) << ranges.shift) - (shard << ranges.shift);
            shards.push(DenseShard { fields: Vec::new(), rows, ranges });
        }
        for (field, mut rest) in fields.into_iter().enumerate() {
            let width = layout.field_width(field);
            for shard in &mut shards {
                let (mine, others) = rest.split_at_mut(shard.rows * width);
                shard.fields.push((mine, width));
                rest = others;
            }
        }
        Ok(DenseRows { layout: layout.clone(), ranges, shards })
    }
}

impl<T: RowFloat> RowView<T> for DenseRows<'_, T> {
    fn layout(&self) -> &RowLayout {
        &self.layout
    }

    fn len(&self) -> usize {
        self.ranges.rows
    }

    fn shards(&self) -> usize {
        self.shards.len()
    }

    fn route(&self, keys: &[u64], shards: &mut [u16]) -> Result<()> {
        self.ranges.route(keys, shards)
    }

    fn address(&self, keys: &[u64], slots: &mut [RowSlot]) -> Result<bool> {
        self.ranges.address(keys, slots)
    }

    fn find(&self, _: usize, keys: &[u64], rows: &mut [u32]) {
        self.ranges.find(keys, rows);
    }

    fn vectors<'a>(&'a self, slots: &[RowSlot], vectors: &mut [&'a [T]]) {
        for (slot, vector) in slots.iter().zip(vectors) {
            *vector = self.shards[slot.shard()].row(0, slot.row());
            prefetch(vector);
        }
    }

    fn absent(&self, _: &[u64], vectors: &mut [T]) {
        vectors.fill(T::ZERO);
    }
}

impl<T: RowFloat> RowStore<T> for DenseRows<'_, T> {
    fn shard(&self, i: usize) -> &dyn RowShard<T> {
        &self.shards[i]
    }

    fn shards_mut(&mut self) -> Vec<&mut dyn RowShard<T>> {
        self.shards.iter_mut().map(|s| s as &mut dyn RowShard<T>).collect()
    }
}

impl<T> DenseShard<'_, T> {
    #[inline(always)]
    fn row(&self, field: usize, row: u32) -> &[T] {
        let (data, width) = &self.fields[field];
        &data[row as usize * width..(row as usize + 1) * width]
    }
}

impl<T: RowFloat> RowShard<T> for DenseShard<'_, T> {
    fn len(&self) -> usize {
        self.rows
    }

    fn find_or_insert(&mut self, keys: &[u64], rows: &mut [u32]) -> Result<()> {
        self.ranges.find(keys, rows);
        Ok(())
    }

    fn prefetch(&self, rows: &[u32]) {
        for field in 0..self.fields.len() {
            rows.iter().for_each(|row| prefetch(self.row(field, *row)));
        }
    }

    fn load(&self, field: usize, rows: &[u32], values: &mut [T]) {
        let width = self.fields[field].1;
        if width > 0 {
            for (row, out) in rows.iter().zip(values.chunks_exact_mut(width)) {
                out.copy_from_slice(self.row(field, *row));
            }
        }
    }

    fn store(&mut self, field: usize, rows: &[u32], values: &[T]) {
        let (data, width) = &mut self.fields[field];
        if *width > 0 {
            for (row, new) in rows.iter().zip(values.chunks_exact(*width)) {
                data[*row as usize * *width..(*row as usize + 1) * *width].copy_from_slice(new);
            }
        }
    }

    fn touch(&mut self, _: &[u32], _: &[u32], _: u32) {}
}

/// Applies a row gradient to a dense variable: `gradients[i]`, of the layout's width, belongs to row
/// `ids[i]`, and ids may repeat. `fields` are as in [`DenseRows::new`]; `lookup` lends its buffers.
///
/// # Errors
/// Before any write: `OPTION` for an id that is not a row, `SHAPE` when sizes do not fit, and those
/// of [`Lookup::update`].
pub fn update_dense<T: RowFloat>(
    lookup: &mut Lookup<T>,
    layout: &RowLayout,
    fields: Vec<&mut [T]>,
    ids: Integers<'_>,
    gradients: &[T],
    update: RowUpdate<'_, T>,
    pool: &Pool,
) -> Result<()> {
    if gradients.len() != ids.len() * layout.width() {
        return Err(Error::shape(format!(
            "expected {} gradients of {} numbers, one an id; received {} numbers",
            ids.len(),
            layout.width(),
            gradients.len()
        )));
    }
    let mut rows = DenseRows::new(layout, fields)?;
    let feature = Feature { extent: Extent::Fixed(1), pooling: Pooling::Sum, ..Feature::single(0, ids) };
    let tables: &mut [&mut dyn RowStore<T>] = &mut [&mut rows];
    lookup.train(ids.len(), &[feature], tables, pool)?;
    lookup.update(tables, gradients, &[Some(update)], pool)
}
