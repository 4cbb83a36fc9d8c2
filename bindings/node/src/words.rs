//! The words that TypeScript and Rust share.

use napi::bindgen_prelude::Float64Array;

/// The shared array as a slice.
pub(crate) fn of(words: &mut Float64Array) -> &mut [f64] {
    // SAFETY: the array is held by the binding, is never detached by our TypeScript, and is only
    // touched on the thread of its environment, one call at a time.
    unsafe { words.as_mut() }
}
