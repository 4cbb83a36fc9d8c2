//! What open and closed tables have in common for those who keep either.

use crate::export::export;
use crate::file::{FileEntry, Manifest, decode_array, decode_hash, encode};
use crate::snapshot::Snapshot;
use crate::{ArrayTable, HashTable, TableOptions, TableStats};
use bytemuck::Pod;
use talray_core::Result;
use talray_core::rows::{RowElement, RowSlot, RowStore, SlotSpec};

/// A table of either kind.
pub trait Table<T: RowElement + Pod>: RowStore<T> + Sized + 'static {
    /// The options it was made with.
    fn options(&self) -> &TableOptions;

    /// Sizes and bytes.
    fn stats(&self) -> TableStats;

    /// A table of the same keys and vectors with these slots, all at their first values.
    ///
    /// # Errors
    /// `OPTION` for slots that cannot be, `MEMORY` when the rows do not fit twice.
    fn with_slots(&self, slots: Vec<SlotSpec>) -> Result<Self>;

    /// All keys and their vectors (`[keys, width]`).
    fn content(&self) -> (Vec<u64>, Vec<T>);

    /// As [`encode`].
    ///
    /// # Errors
    /// Those of `write`.
    fn to_files(&self, write: &mut dyn FnMut(&str, &[u8]) -> Result<()>) -> Result<Manifest>;

    /// As [`decode_hash`] and [`decode_array`].
    ///
    /// # Errors
    /// As there.
    fn from_files(manifest: &Manifest, read: &mut dyn FnMut(&FileEntry) -> Result<Vec<u8>>) -> Result<Self>;
}

/// Rows that are moved at a time.
const BLOCK: usize = 1024;

/// Copies keys, vectors and metadata of `old` into `new`, which has none yet.
fn move_rows<T: RowElement, S: Snapshot<T>>(old: &S, mut new: S) -> Result<S> {
    let width = old.layout().width();
    let mut vectors = vec![T::default(); BLOCK * width];
    for shard in 0..old.shards() {
        for block in old.shard_rows(shard).chunks(BLOCK) {
            let rows: Vec<u32> = block.iter().map(|(row, _)| *row).collect();
            let values = &mut vectors[..rows.len() * width];
            old.shard(shard).load(0, &rows, values);
            for ((row, key), vector) in block.iter().zip(values.chunks_exact(width)) {
                let slot = new.claim(*key)?;
                new.set_meta(slot, old.meta(RowSlot::new(shard, *row)));
                new.shards_mut()[slot.shard()].store(0, &[slot.row()], vector);
            }
        }
    }
    new.complete()?;
    Ok(new)
}

macro_rules! table {
    ($kind:ident, $new:expr, $decode:ident) => {
        impl<T: RowElement + Pod> Table<T> for $kind<T> {
            fn options(&self) -> &TableOptions {
                self.options()
            }
            fn stats(&self) -> TableStats {
                self.stats()
            }
            fn with_slots(&self, slots: Vec<SlotSpec>) -> Result<Self> {
                let new: fn(&Self, TableOptions) -> Result<Self> = $new;
                let new = new(self, TableOptions { slots, ..self.options().clone() })?;
                move_rows(self, new)
            }
            fn content(&self) -> (Vec<u64>, Vec<T>) {
                export(self)
            }
            fn to_files(&self, write: &mut dyn FnMut(&str, &[u8]) -> Result<()>) -> Result<Manifest> {
                encode(self, write)
            }
            fn from_files(manifest: &Manifest, read: &mut dyn FnMut(&FileEntry) -> Result<Vec<u8>>) -> Result<Self> {
                $decode(manifest, read)
            }
        }
    };
}
table!(HashTable, |_, options| HashTable::new(options), decode_hash);
table!(ArrayTable, |old, options| ArrayTable::unfilled(options, talray_core::rows::RowView::len(old)), decode_array);
