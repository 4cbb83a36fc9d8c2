//! A closed table: the keys `0..vocabulary`, each with a row from the start.

use crate::options::TableOptions;
use crate::records::{Format, Records};
use crate::snapshot::{Kind, Snapshot};
use crate::stats::TableStats;
use bytemuck::Pod;
use std::sync::Arc;
use talray_core::rows::{RowElement, RowLayout, RowShard, RowSlot, RowStore, RowView};
use talray_core::{Error, Result};

/// A table of a closed vocabulary: key `k` is row `k`, and other keys are an error. Shards are
/// ranges of keys.
pub struct ArrayTable<T> {
    format: Arc<Format<T>>,
    vocabulary: usize,
    /// Keys of a shard: `1 << shift`.
    shift: u32,
    shards: Vec<ArrayShard<T>>,
    scalars: Vec<T>,
    /// While a file is read: which rows it gave already.
    claimed: Vec<bool>,
}

struct ArrayShard<T> {
    records: Records<T>,
    len: usize,
    mask: u64,
}

impl<T: RowElement + Pod> ArrayTable<T> {
    /// A table of the keys `0..vocabulary`, all with their initial values.
    ///
    /// # Errors
    /// `OPTION` when an option is out of range, `MEMORY` when the rows do not fit.
    pub fn new(options: TableOptions, vocabulary: usize) -> Result<ArrayTable<T>> {
        ArrayTable::with_rows(options, vocabulary, |records, key| records.add(key))
    }

    /// As [`ArrayTable::new`], but vectors are not drawn: whoever asks for it stores all of them.
    pub(crate) fn unfilled(options: TableOptions, vocabulary: usize) -> Result<ArrayTable<T>> {
        ArrayTable::with_rows(options, vocabulary, |records, _| records.add_unfilled())
    }

    fn with_rows(
        options: TableOptions,
        vocabulary: usize,
        add: impl Fn(&mut Records<T>, u64) -> Result<u32>,
    ) -> Result<ArrayTable<T>> {
        let format = Format::new(options)?;
        if vocabulary > u32::MAX as usize {
            let name = &format.options.name;
            return Err(Error::option(format!(
                "table {name:?}: a vocabulary has at most 4294967295 keys; received {vocabulary}"
            )));
        }
        let shift = vocabulary.div_ceil(format.options.shards).max(1).next_power_of_two().trailing_zeros();
        let mut shards = Vec::new();
        for start in (0..vocabulary.max(1)).step_by(1 << shift) {
            let mut records = Records::new(format.clone());
            let end = vocabulary.min(start + (1 << shift));
            for key in start..end {
                add(&mut records, key as u64)?;
            }
            shards.push(ArrayShard { records, len: end - start, mask: (1 << shift) - 1 });
        }
        Ok(ArrayTable { scalars: format.initial_scalars(), format, vocabulary, shift, shards, claimed: Vec::new() })
    }

    /// The options it was made with.
    pub fn options(&self) -> &TableOptions {
        &self.format.options
    }

    /// The scalar slots, by slot number; entries of other slots are unused.
    pub fn scalars(&self) -> &[T] {
        &self.scalars
    }

    /// The scalar slots, to be changed by whoever computes a step's shared scalars.
    pub fn scalars_mut(&mut self) -> &mut [T] {
        &mut self.scalars
    }

    /// Sizes and bytes.
    pub fn stats(&self) -> TableStats {
        TableStats {
            rows: self.vocabulary,
            index_bytes: 0,
            row_bytes: self.shards.iter().map(|s| s.records.bytes()).sum(),
            largest_shard: self.shards.iter().map(|s| s.len).max().unwrap_or(0),
        }
    }

    fn slot(&self, key: u64) -> Result<RowSlot> {
        if key < self.vocabulary as u64 {
            Ok(RowSlot::new((key >> self.shift) as usize, (key & ((1 << self.shift) - 1)) as u32))
        } else {
            let (name, size) = (&self.format.options.name, self.vocabulary);
            Err(Error::option(format!(
                "table {name:?}: key {} is outside its closed vocabulary of {size} keys (0 to {}); map such keys to one that is inside, or use an open table",
                key as i64,
                size as i64 - 1
            )))
        }
    }
}

impl<T: RowElement + Pod> RowView<T> for ArrayTable<T> {
    fn layout(&self) -> &RowLayout {
        &self.format.layout
    }

    fn len(&self) -> usize {
        self.vocabulary
    }

    fn shards(&self) -> usize {
        self.shards.len()
    }

    fn route(&self, keys: &[u64], shards: &mut [u16]) -> Result<()> {
        for (key, shard) in keys.iter().zip(shards) {
            *shard = self.slot(*key)?.shard() as u16;
        }
        Ok(())
    }

    fn address(&self, keys: &[u64], slots: &mut [RowSlot]) -> Result<bool> {
        for (key, slot) in keys.iter().zip(slots) {
            *slot = self.slot(*key)?;
        }
        Ok(true)
    }

    fn find(&self, shard: usize, keys: &[u64], rows: &mut [u32]) {
        let mask = self.shards[shard].mask;
        for (key, row) in keys.iter().zip(rows) {
            *row = (key & mask) as u32;
        }
    }

    fn vectors<'a>(&'a self, slots: &[RowSlot], vectors: &mut [&'a [T]]) {
        for (slot, vector) in slots.iter().zip(vectors) {
            if !slot.is_missing() {
                *vector = self.shards[slot.shard()].records.vector(slot.row());
                crate::store::prefetch_slice(vector);
            }
        }
    }

    fn absent(&self, keys: &[u64], vectors: &mut [T]) {
        self.format.absent(keys, vectors);
    }

    fn initial(&self, keys: &[u64], vectors: &mut [T]) {
        self.format.first(keys, vectors);
    }
}

impl<T: RowElement + Pod> RowStore<T> for ArrayTable<T> {
    fn shard(&self, i: usize) -> &dyn RowShard<T> {
        &self.shards[i]
    }

    fn shards_mut(&mut self) -> Vec<&mut dyn RowShard<T>> {
        self.shards.iter_mut().map(|s| s as &mut dyn RowShard<T>).collect()
    }
}

impl<T: RowElement + Pod> RowShard<T> for ArrayShard<T> {
    fn len(&self) -> usize {
        self.len
    }

    fn find_or_insert(&mut self, keys: &[u64], rows: &mut [u32]) -> Result<()> {
        for (key, row) in keys.iter().zip(rows) {
            *row = (key & self.mask) as u32;
        }
        Ok(())
    }

    fn prefetch(&self, rows: &[u32]) {
        rows.iter().for_each(|row| self.records.prefetch(*row));
    }

    fn load(&self, field: usize, rows: &[u32], values: &mut [T]) {
        self.records.load(field, rows, values);
    }

    fn store(&mut self, field: usize, rows: &[u32], values: &[T]) {
        self.records.store(field, rows, values);
    }

    fn touch(&mut self, rows: &[u32], counts: &[u32], step: u32) {
        self.records.touch(rows, counts, step);
    }
}

impl<T: RowElement + Pod> Snapshot<T> for ArrayTable<T> {
    fn kind(&self) -> Kind {
        Kind::Closed { vocabulary: self.vocabulary }
    }

    fn table_options(&self) -> &TableOptions {
        self.options()
    }

    fn scalar_slots(&self) -> &[T] {
        &self.scalars
    }

    fn scalar_slots_mut(&mut self) -> &mut [T] {
        &mut self.scalars
    }

    fn shard_rows(&self, shard: usize) -> Vec<(u32, u64)> {
        let start = (shard as u64) << self.shift;
        (0..self.shards[shard].len as u32).map(|row| (row, start + u64::from(row))).collect()
    }

    fn meta(&self, slot: RowSlot) -> (u32, u32) {
        self.shards[slot.shard()].records.meta(slot.row())
    }

    fn claim(&mut self, key: u64) -> Result<RowSlot> {
        let slot = self.slot(key).map_err(|e| Error::format(e.message))?;
        self.claimed.resize(self.vocabulary, false);
        if std::mem::replace(&mut self.claimed[key as usize], true) {
            return Err(Error::format(format!("key {key} is there twice")));
        }
        Ok(slot)
    }

    fn set_meta(&mut self, slot: RowSlot, meta: (u32, u32)) {
        self.shards[slot.shard()].records.set_meta(slot.row(), meta);
    }

    fn complete(&mut self) -> Result<()> {
        let claimed = std::mem::take(&mut self.claimed).iter().filter(|c| **c).count();
        if claimed == self.vocabulary {
            return Ok(());
        }
        Err(Error::format(format!("{claimed} of the {} keys of the vocabulary are there", self.vocabulary)))
    }
}
