//! Any bytes as the manifest of an embedding table, and as its file behind a manifest whose checksum fits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use talray_tables::file::{Manifest, decode_hash, encode};
use talray_tables::{HashTable, TableOptions};

fuzz_target!(|bytes: &[u8]| {
    let _ = Manifest::from_bytes(bytes);
    let table = HashTable::<f32>::new(TableOptions::new("fuzz", 3)).expect("a table");
    let mut manifest = encode(&table, &mut |_, _| Ok(())).expect("an empty table encodes");
    for entry in &mut manifest.files {
        entry.crc32 = crc32fast::hash(bytes);
        entry.bytes = bytes.len() as u64;
    }
    let _ = decode_hash::<f32>(&manifest, &mut |_| Ok(bytes.to_vec()));
});
