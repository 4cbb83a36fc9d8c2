//! Linear algebra, normalisations, convolutions, losses, random draws.

use crate::OpDef;

mod advance;
mod batch_normalization;
mod dropout;
mod glu;
mod group_normalization;
mod instance_normalization;
mod layer_normalization;
mod log_softmax;
mod matmul;
mod random_bernoulli;
mod random_bits;
mod random_categorical;
mod random_gamma;
mod random_normal;
mod random_permutation;
mod random_poisson;
mod random_randint;
mod random_truncated_normal;
mod random_uniform;
mod rms_normalization;
mod sigmoid_cross_entropy;
mod softmax;
mod softmax_cross_entropy;
mod sparse_softmax_cross_entropy;

/// The ops of this group.
pub(super) const LIST: &[&OpDef] = &[
    &matmul::DEF,
    &softmax::DEF,
    &log_softmax::DEF,
    &glu::DEF,
    &sigmoid_cross_entropy::DEF,
    &softmax_cross_entropy::DEF,
    &sparse_softmax_cross_entropy::DEF,
    &layer_normalization::DEF,
    &batch_normalization::DEF,
    &rms_normalization::DEF,
    &group_normalization::DEF,
    &instance_normalization::DEF,
    &random_bits::DEF,
    &random_uniform::DEF,
    &random_normal::DEF,
    &random_truncated_normal::DEF,
    &random_bernoulli::DEF,
    &random_randint::DEF,
    &random_categorical::DEF,
    &random_permutation::DEF,
    &random_gamma::DEF,
    &random_poisson::DEF,
    &advance::DEF,
    &dropout::DEF,
];
