//! Any bytes as the words of a request, eight a word.
#![no_main]

use libfuzzer_sys::fuzz_target;
use talray_runtime::wire;

fuzz_target!(|bytes: &[u8]| {
    let (words, _) = bytes.as_chunks::<8>();
    let words: Vec<f64> = words.iter().map(|word| f64::from_le_bytes(*word)).collect();
    let _ = wire::decode(&words);
});
