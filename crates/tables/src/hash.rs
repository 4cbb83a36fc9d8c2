//! An open table: any 64-bit key, rows made as keys are seen in training.

use crate::options::TableOptions;
use crate::records::{Format, Records};
use crate::snapshot::{Kind, Snapshot};
use crate::stats::TableStats;
use crate::store::{Index, mix};
use bytemuck::Pod;
use std::sync::Arc;
use talray_core::rows::{MISSING_ROW, RowElement, RowLayout, RowShard, RowSlot, RowStore, RowView};
use talray_core::{Error, Result};

/// A growing table from 64-bit keys to rows, sharded by a hash of the key. Rows never move; growth
/// rebuilds one shard's index at a time.
pub struct HashTable<T> {
    format: Arc<Format<T>>,
    shards: Vec<HashShard<T>>,
    scalars: Vec<T>,
}

struct HashShard<T> {
    index: Index,
    records: Records<T>,
}

impl<T: RowElement + Pod> HashTable<T> {
    /// An empty table.
    ///
    /// # Errors
    /// `OPTION` when an option is out of range.
    pub fn new(options: TableOptions) -> Result<HashTable<T>> {
        let format = Format::new(options)?;
        let shard = |_| HashShard { index: Index::new(), records: Records::new(format.clone()) };
        let shards = (0..format.options.shards).map(shard).collect();
        Ok(HashTable { shards, scalars: format.initial_scalars(), format })
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

    /// Takes keys out, and gives how many of them had a row. Slots of lookups made before may then
    /// name rows of other keys: drop these lookups first.
    pub fn remove(&mut self, keys: &[u64]) -> usize {
        let mut removed = 0;
        for key in keys {
            let shard = shard_of(*key, self.shards.len());
            if let Some(row) = self.shards[shard].index.remove(*key) {
                self.shards[shard].records.remove(row);
                removed += 1;
            }
        }
        removed
    }

    /// Sizes and bytes.
    pub fn stats(&self) -> TableStats {
        TableStats {
            rows: self.len(),
            index_bytes: self.shards.iter().map(|s| s.index.bytes()).sum(),
            row_bytes: self.shards.iter().map(|s| s.records.bytes()).sum(),
            largest_shard: self.shards.iter().map(|s| s.index.len()).max().unwrap_or(0),
        }
    }
}

/// Always below `shards`, a power of two.
#[inline(always)]
fn shard_of(key: u64, shards: usize) -> usize {
    // Two shifts, because the distance is 64 for one shard.
    ((mix(key) >> 1) >> (63 - shards.trailing_zeros())) as usize
}

impl<T: RowElement + Pod> RowView<T> for HashTable<T> {
    fn layout(&self) -> &RowLayout {
        &self.format.layout
    }

    fn len(&self) -> usize {
        self.shards.iter().map(|s| s.index.len()).sum()
    }

    fn shards(&self) -> usize {
        self.shards.len()
    }

    fn route(&self, keys: &[u64], shards: &mut [u16]) -> Result<()> {
        for (key, shard) in keys.iter().zip(shards) {
            *shard = shard_of(*key, self.shards.len()) as u16;
        }
        Ok(())
    }

    fn find(&self, shard: usize, keys: &[u64], rows: &mut [u32]) {
        self.shards[shard].index.find(keys, rows);
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

impl<T: RowElement + Pod> RowStore<T> for HashTable<T> {
    fn shard(&self, i: usize) -> &dyn RowShard<T> {
        &self.shards[i]
    }

    fn shards_mut(&mut self) -> Vec<&mut dyn RowShard<T>> {
        self.shards.iter_mut().map(|s| s as &mut dyn RowShard<T>).collect()
    }
}

impl<T: RowElement + Pod> RowShard<T> for HashShard<T> {
    fn len(&self) -> usize {
        self.index.len()
    }

    fn find_or_insert(&mut self, keys: &[u64], rows: &mut [u32]) -> Result<()> {
        let records = &mut self.records;
        self.index.find_or_insert(keys, rows, |key| records.add(key))
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

impl<T: RowElement + Pod> Snapshot<T> for HashTable<T> {
    fn kind(&self) -> Kind {
        Kind::Open
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
        let mut rows: Vec<(u32, u64)> = self.shards[shard].index.iter().map(|(key, row)| (row, key)).collect();
        rows.sort_unstable();
        rows
    }

    fn meta(&self, slot: RowSlot) -> (u32, u32) {
        self.shards[slot.shard()].records.meta(slot.row())
    }

    fn claim(&mut self, key: u64) -> Result<RowSlot> {
        let shard = shard_of(key, self.shards.len());
        let mut row = [MISSING_ROW];
        self.shards[shard].index.find(&[key], &mut row);
        if row[0] != MISSING_ROW {
            return Err(Error::format(format!("key {key} is there twice")));
        }
        self.shards[shard].find_or_insert(&[key], &mut row)?;
        Ok(RowSlot::new(shard, row[0]))
    }

    fn set_meta(&mut self, slot: RowSlot, meta: (u32, u32)) {
        self.shards[slot.shard()].records.set_meta(slot.row(), meta);
    }
}
