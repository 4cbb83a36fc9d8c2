//! Loop skeletons that kernels share.

pub mod copy;
pub mod gather;
pub mod number;
pub mod reduce;
pub mod remap;
pub mod segment;
pub mod windows;
