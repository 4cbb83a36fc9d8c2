//! Any bytes as a Parquet file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::Write;
use talray_runtime::data::{Dataset, ParquetOptions};

fuzz_target!(|bytes: &[u8]| {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(bytes).expect("a temporary file takes bytes");
    let path = file.path().to_str().expect("a path of text");
    let _ = Dataset::parquet(ParquetOptions::new(path)).and_then(|rows| rows.read_all(0));
});
