//! Fast kernels for core's `ops/nn/`.

use crate::KernelDef;

mod batch_normalization;
mod batch_normalization_grad;
mod conv;
mod cross_entropy;
mod dot_interaction;
mod embedding_bag;
mod embedding_matmul;
mod matmul;
mod normalization;
mod pool;
mod random;
mod resize;
mod softmax;
mod work;

/// The kernels of this group.
pub const KERNELS: &[&KernelDef] = &[
    &matmul::MATMUL,
    &conv::CONV,
    &conv::INPUT_GRAD,
    &conv::KERNEL_GRAD,
    &softmax::SOFTMAX,
    &softmax::LOG_SOFTMAX,
    &cross_entropy::SOFTMAX,
    &cross_entropy::SPARSE,
    &normalization::LAYER,
    &normalization::RMS,
    &batch_normalization::BATCH,
    &batch_normalization_grad::GRAD,
    &random::BITS,
    &random::RANDINT,
    &random::GAMMA,
    &random::POISSON,
    &random::DROPOUT,
    &pool::MAX,
    &pool::MAX_GRAD,
    &pool::MAX_PICK,
    &pool::AVG,
    &pool::AVG_GRAD,
    &resize::RESIZE,
    &resize::RESIZE_GRAD,
    &embedding_bag::EMBEDDING_BAG,
    &dot_interaction::DOTS,
    &dot_interaction::GRAD,
    &embedding_matmul::EMBEDDING_MATMUL,
    &embedding_matmul::EMBEDDING_MATMUL_GRAD,
];
