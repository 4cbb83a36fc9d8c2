//! Where rows lie in memory: an index from keys to row numbers, and slabs that hold the rows.
//! All unsafe code of this crate is here.

#![expect(unsafe_code, reason = "slabs own zeroed, aligned memory that starts out untouched; prefetching is an intrinsic")]

mod index;
mod prefetch;
mod slab;

pub(crate) use index::{Index, mix};
pub(crate) use prefetch::prefetch_slice;
pub(crate) use slab::Slabs;
