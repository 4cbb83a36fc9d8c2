//! Plain kernels for core's `ops/nn/`.

use crate::KernelDef;

mod array;
mod cross_entropy;
mod matmul;
mod normalization;
pub(crate) mod random;
mod softmax;

/// The kernels of this group.
pub const KERNELS: &[&KernelDef] = &[
    &matmul::MATMUL,
    &softmax::SOFTMAX,
    &softmax::LOG_SOFTMAX,
    &cross_entropy::SOFTMAX,
    &cross_entropy::SPARSE,
    &normalization::LAYER,
    &normalization::BATCH,
    &normalization::RMS,
    &random::BITS,
    &random::RANDINT,
    &random::GAMMA,
    &random::POISSON,
    &random::ADVANCE,
    &random::DROPOUT,
];
