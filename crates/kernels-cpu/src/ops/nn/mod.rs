//! Fast kernels for core's `ops/nn/`.

use crate::KernelDef;

/// The kernels of this group.
pub const KERNELS: &[&KernelDef] = &[];
