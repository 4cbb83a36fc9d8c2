//! What a table shows to the code that saves and loads it.

use crate::options::TableOptions;
use serde::{Deserialize, Serialize};
use talray_core::Result;
use talray_core::rows::{RowSlot, RowStore};

/// Open or closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind", deny_unknown_fields)]
pub enum Kind {
    /// Any key: [`crate::HashTable`].
    Open,
    /// The keys `0..vocabulary`: [`crate::ArrayTable`].
    Closed {
        /// Number of keys.
        vocabulary: usize,
    },
}

/// Row by row access with keys and metadata.
pub(crate) trait Snapshot<T: talray_core::rows::RowElement>: RowStore<T> {
    fn kind(&self) -> Kind;
    fn table_options(&self) -> &TableOptions;
    fn scalar_slots(&self) -> &[T];
    fn scalar_slots_mut(&mut self) -> &mut [T];
    /// Rows of a shard with their keys, by row.
    fn shard_rows(&self, shard: usize) -> Vec<(u32, u64)>;
    /// Frequency and version.
    fn meta(&self, slot: RowSlot) -> (u32, u32);
    fn set_meta(&mut self, slot: RowSlot, meta: (u32, u32));
    /// The row that a file gives for `key`; `FORMAT` when one was given before, or none can be.
    fn claim(&mut self, key: u64) -> Result<RowSlot>;
    /// Called when all rows of a file were claimed.
    fn complete(&mut self) -> Result<()> {
        Ok(())
    }
}
