//! Any bytes as the JSON of fitted features, of an iterator's place, and of rows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use talray_runtime::data::{Encoder, IterState, batch_from_json};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = IterState::from_json(text);
    let rows = batch_from_json(text);
    if let (Ok(encoder), Ok(rows)) = (Encoder::from_json(text), rows) {
        let _ = encoder.encode(&rows);
    }
});
