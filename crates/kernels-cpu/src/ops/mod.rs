//! The fast kernels, in the same groups as core's ops: one file an op or a family.

use crate::KernelDef;

mod control;
mod nn;
pub(crate) mod structure;

/// Every fast kernel, by group.
pub const KERNELS: [&[&KernelDef]; 3] = [control::KERNELS, structure::KERNELS, nn::KERNELS];
