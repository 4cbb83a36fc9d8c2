//! Reading what contains itself: bytes must not nest deeper than the stack.

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::cell::Cell;

/// Most levels of sizes made of sizes, and of graphs in graphs.
const MOST: u32 = 200;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Reads a `T` one level further down.
pub(crate) fn nested<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    let depth = DEPTH.get();
    if depth == MOST {
        return Err(D::Error::custom(format!("it nests deeper than {MOST} levels")));
    }
    DEPTH.set(depth + 1);
    let value = T::deserialize(deserializer);
    DEPTH.set(depth);
    value
}

#[cfg(test)]
mod tests {
    use crate::Dim;

    #[test]
    fn sizes_nested_without_end_are_refused() {
        let sum = postcard::to_stdvec(&Dim::sym(1).add(Dim::sym(2))).unwrap();
        let known = postcard::to_stdvec(&Dim::Known(5)).unwrap();
        assert_eq!(postcard::from_bytes::<Dim>(&sum).unwrap(), Dim::sym(1).add(Dim::sym(2)));
        // The bytes that begin a sum, again and again.
        let begins = &sum[..2];
        let error = postcard::from_bytes::<Dim>(&begins.repeat(1_000_000)).unwrap_err();
        let shallow = [&begins.repeat(50)[..], &known.repeat(51)].concat();
        assert!(postcard::from_bytes::<Dim>(&shallow).is_ok());
        assert!(format!("{error}").len() < 1000);
    }
}
