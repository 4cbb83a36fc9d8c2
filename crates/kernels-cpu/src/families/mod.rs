//! Loop skeletons that kernels share: one file a family.

pub mod argmax;
pub mod copy;
pub(crate) mod distinct;
pub mod gather;
pub mod number;
pub mod reduce;
pub mod remap;
pub mod scan;
pub mod segment;
pub mod sort;
pub mod tuples;
pub mod windows;
