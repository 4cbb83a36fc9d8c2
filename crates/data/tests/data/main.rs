//! The crate as its users see it, in one program.

mod bad_input;
mod census;
mod common;
mod csv_reading;
mod features;
mod order;
mod parquet_reading;
