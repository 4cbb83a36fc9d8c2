//! Rows by key: what an embedding table shows to a backend, and update rules over rows, as data.
//!
//! A [`RowStore`] is cut into a fixed number of [`RowShard`]s that share nothing, so that a backend
//! may work on several at once without locks; which shard a key belongs to is the store's affair.
//! A row is reached through a [`RowSlot`], which stays valid until that row is removed.

mod layout;
mod rule;

pub use layout::{RowLayout, SlotSpec, SlotWidth};
pub use rule::{RowRule, RowSink, RowSource, RowStage};

use crate::{DType, Result};

/// Element types that rows may have.
pub trait RowElement: Copy + Default + Send + Sync + PartialEq + PartialOrd + std::fmt::Debug + 'static {
    /// Its dtype.
    const DTYPE: DType;
    /// Rounded from f64.
    fn from_f64(x: f64) -> Self;
    /// As f64, exactly.
    fn to_f64(self) -> f64;
}

impl RowElement for f32 {
    const DTYPE: DType = DType::F32;
    fn from_f64(x: f64) -> f32 {
        x as f32
    }
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
}

impl RowElement for f64 {
    const DTYPE: DType = DType::F64;
    fn from_f64(x: f64) -> f64 {
        x
    }
    fn to_f64(self) -> f64 {
        self
    }
}

/// Where a row lies: its shard and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowSlot(u64);

impl RowSlot {
    /// No row.
    pub const MISSING: RowSlot = RowSlot(u64::MAX);

    /// Row `row` of shard `shard`; [`MISSING_ROW`] gives [`RowSlot::MISSING`].
    #[inline]
    pub const fn new(shard: usize, row: u32) -> RowSlot {
        if row == MISSING_ROW { RowSlot::MISSING } else { RowSlot((shard as u64) << 32 | row as u64) }
    }

    /// Is there no row?
    #[inline]
    pub const fn is_missing(self) -> bool {
        self.0 == u64::MAX
    }

    /// The shard.
    #[inline]
    pub const fn shard(self) -> usize {
        (self.0 >> 32) as usize
    }

    /// The row within the shard.
    #[inline]
    pub const fn row(self) -> u32 {
        self.0 as u32
    }
}

/// The row number that says "no such key".
pub const MISSING_ROW: u32 = u32::MAX;

/// Maps 64-bit keys to rows, for reading. Every u64 is a legal key of an open table; a closed one
/// (an array) takes the keys `0..rows` and refuses others in [`RowView::route`] and
/// [`RowView::address`], before anything is read or written.
pub trait RowView<T: RowElement>: Send + Sync {
    /// What a row consists of.
    fn layout(&self) -> &RowLayout;

    /// Number of rows.
    fn len(&self) -> usize;

    /// Has it no row?
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of shards: at least 1, at most 65,536, the same for the store's whole life.
    fn shards(&self) -> usize;

    /// The shard of each key.
    ///
    /// # Errors
    /// `OPTION` for a key outside a closed vocabulary, with the key and the vocabulary's size.
    fn route(&self, keys: &[u64], shards: &mut [u16]) -> Result<()>;

    /// For stores in which finding costs nothing: fills `slots` and gives true. Others give false
    /// and leave `slots` alone; callers then find each distinct key once.
    ///
    /// # Errors
    /// As [`RowView::route`].
    fn address(&self, keys: &[u64], slots: &mut [RowSlot]) -> Result<bool> {
        let _ = (keys, slots);
        Ok(false)
    }

    /// The row of each key of shard `shard`, or [`MISSING_ROW`]. Changes nothing.
    fn find(&self, shard: usize, keys: &[u64], rows: &mut [u32]);

    /// Sets `vectors[i]` to the vector of `slots[i]` and asks the processor to fetch it. Entries of
    /// missing slots stay as they are.
    fn vectors<'a>(&'a self, slots: &[RowSlot], vectors: &mut [&'a [T]]);

    /// What a lookup outside training sees for keys without a row: `[keys, width]`.
    fn absent(&self, keys: &[u64], vectors: &mut [T]);

    /// The vectors that rows of these keys start with: `[keys, width]`.
    fn initial(&self, keys: &[u64], vectors: &mut [T]) {
        self.absent(keys, vectors);
    }
}

/// A view whose rows can be made and changed.
pub trait RowStore<T: RowElement>: RowView<T> {
    /// Shard `i`.
    fn shard(&self, i: usize) -> &dyn RowShard<T>;

    /// All shards, in order, to be changed side by side.
    fn shards_mut(&mut self) -> Vec<&mut dyn RowShard<T>>;
}

/// One shard of a store. Fields are numbered as in [`RowLayout`]: 0 is the vector, then the slots.
/// Rows passed in come from this shard, and calls with others may panic.
pub trait RowShard<T: RowElement>: Send + Sync {
    /// Number of rows.
    fn len(&self) -> usize;

    /// Has it no row?
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row of each key; absent keys get one with initial values, in order of `keys`.
    ///
    /// # Errors
    /// `MEMORY` when rows cannot be added; those already added stay, with initial values.
    fn find_or_insert(&mut self, keys: &[u64], rows: &mut [u32]) -> Result<()>;

    /// Asks the processor to fetch rows that are used soon.
    fn prefetch(&self, rows: &[u32]);

    /// Copies field `field` of each row into `values`, `[rows, width of the field]`.
    fn load(&self, field: usize, rows: &[u32], values: &mut [T]);

    /// Writes field `field` of each row from `values`.
    fn store(&mut self, field: usize, rows: &[u32], values: &[T]);

    /// Adds `counts[i]` to the frequency of row `rows[i]` and sets its version to `step`, where the
    /// layout tracks these.
    fn touch(&mut self, rows: &[u32], counts: &[u32], step: u32);
}
