//! Comma-separated text: bytes are indexed into fields, and fields parsed column by column.

mod block;
mod index;
mod options;
mod parse;
mod read;
mod schema;

pub use options::{ColumnSpec, CsvOptions, TypedColumn};
pub use read::CsvSource;
