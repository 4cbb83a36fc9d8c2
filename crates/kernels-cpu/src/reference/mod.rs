//! The plain kernels, in ndarray: one file a family, written to be read and to test the fast ones against.

use crate::KernelDef;

/// Every plain kernel.
pub static KERNELS: &[&KernelDef] = &[];
