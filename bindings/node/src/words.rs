//! The words that TypeScript and Rust share.

use napi::bindgen_prelude::Float64Array;

/// The shared array as a slice.
pub(crate) fn of(words: &mut Float64Array) -> &mut [f64] {
    // SAFETY: the array is held by the binding, is never detached by our TypeScript, and is only
    // touched on the thread of its environment, one call at a time.
    unsafe { words.as_mut() }
}

/// The bytes of words, in the processor's order.
pub(crate) fn bytes(words: &[f64]) -> &[u8] {
    // SAFETY: every f64 is eight initialised bytes, and bytes need no alignment.
    unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), size_of_val(words)) }
}

/// As [`bytes`], to be written.
pub(crate) fn bytes_mut(words: &mut [f64]) -> &mut [u8] {
    // SAFETY: as above, and any eight bytes are an f64.
    unsafe { std::slice::from_raw_parts_mut(words.as_mut_ptr().cast(), size_of_val(words)) }
}
