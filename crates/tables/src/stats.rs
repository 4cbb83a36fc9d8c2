//! Sizes of a table.

/// How large a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableStats {
    /// Number of rows.
    pub rows: usize,
    /// Bytes of the index from keys to rows.
    pub index_bytes: usize,
    /// Bytes allocated for rows, used or not yet.
    pub row_bytes: usize,
    /// Rows of the fullest shard.
    pub largest_shard: usize,
}

impl TableStats {
    /// All bytes.
    pub fn bytes(&self) -> usize {
        self.index_bytes + self.row_bytes
    }
}
