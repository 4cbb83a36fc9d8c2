//! Loop skeletons that kernels share: one file a family.
