//! The plain kernels, in ndarray: written to be read, and to test the fast ones against.

use crate::KernelDef;

pub mod map;
pub(crate) mod nn;
mod structure;

/// Every plain kernel, by group.
pub const KERNELS: [&[&KernelDef]; 2] = [structure::KERNELS, nn::KERNELS];
