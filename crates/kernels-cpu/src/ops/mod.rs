//! The fast kernels: one file an op, listed here.

use crate::KernelDef;

/// Every fast kernel.
pub static KERNELS: &[&KernelDef] = &[];
