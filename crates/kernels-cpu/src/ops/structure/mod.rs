//! Fast kernels for core's `ops/structure/`.

use crate::KernelDef;

/// The kernels of this group.
pub const KERNELS: &[&KernelDef] = &[];
