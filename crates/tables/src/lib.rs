//! Embedding tables: rows by 64-bit key, each one contiguous record
//! `[vector | slots | frequency | version]`, sharded by key.
//!
//! [`HashTable`] is open: training makes rows as keys are seen. [`ArrayTable`] is of a closed
//! vocabulary. Both implement [`talray_core::rows::RowStore`], over which a backend looks rows up
//! and runs update rules. [`file`] saves and loads them; [`export`] and [`rows`] give their content.
//!
//! All unsafe code is in `store/`.

mod array;
mod export;
pub mod file;
mod hash;
mod init;
mod options;
mod records;
mod snapshot;
mod stats;
mod store;
mod table;

pub use array::ArrayTable;
pub use export::{Row, export, rows};
pub use hash::HashTable;
pub use init::Initializer;
pub use options::{Absent, TableOptions};
pub use snapshot::Kind;
pub use stats::TableStats;
pub use table::Table;
