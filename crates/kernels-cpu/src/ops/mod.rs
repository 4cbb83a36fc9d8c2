//! The fast kernels, in the same groups as core's ops: one file an op or a family.

use crate::KernelDef;

mod nn;
mod structure;

/// Every fast kernel, by group.
pub const KERNELS: [&[&KernelDef]; 2] = [structure::KERNELS, nn::KERNELS];
