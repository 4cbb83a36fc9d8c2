//! Fast kernels for core's `ops/nn/`.

use crate::KernelDef;

mod batch_normalization;
mod cross_entropy;
mod normalization;
mod random;
mod softmax;
mod work;

/// The kernels of this group.
pub const KERNELS: &[&KernelDef] = &[
    &softmax::SOFTMAX,
    &softmax::LOG_SOFTMAX,
    &cross_entropy::SOFTMAX,
    &cross_entropy::SPARSE,
    &normalization::LAYER,
    &normalization::RMS,
    &batch_normalization::BATCH,
    &random::BITS,
    &random::RANDINT,
    &random::GAMMA,
    &random::POISSON,
    &random::DROPOUT,
];
