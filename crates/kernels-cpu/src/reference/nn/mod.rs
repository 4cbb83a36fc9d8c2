//! Plain kernels for core's `ops/nn/`.

use crate::KernelDef;

mod array;
mod conv;
mod cross_entropy;
mod embedding_bag;
mod embedding_matmul;
pub(crate) mod matmul;
mod normalization;
mod pool;
pub(crate) mod random;
mod resize;
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
    &conv::CONV,
    &conv::INPUT_GRAD,
    &conv::KERNEL_GRAD,
    &pool::MAX,
    &pool::MAX_GRAD,
    &pool::MAX_PICK,
    &pool::AVG,
    &pool::AVG_GRAD,
    &resize::RESIZE,
    &resize::RESIZE_GRAD,
    &embedding_bag::EMBEDDING_BAG,
    &embedding_matmul::EMBEDDING_MATMUL,
    &embedding_matmul::EMBEDDING_MATMUL_GRAD,
];
