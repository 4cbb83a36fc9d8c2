//! Linear algebra, normalisations, convolutions, losses, random draws.

use crate::OpDef;

mod advance;
mod avg_pool;
mod batch_normalization;
mod batch_normalization_grad;
mod conv;
mod conv1d;
mod conv1d_transpose;
mod conv2d;
mod conv2d_transpose;
mod conv3d;
mod conv3d_transpose;
mod conv_input_grad;
mod conv_kernel_grad;
mod depthwise_conv1d;
mod depthwise_conv2d;
mod dot_interaction;
mod dot_interaction_grad;
mod dropout;
mod einsum;
mod embedding_bag;
mod embedding_matmul;
mod embedding_matmul_grad;
mod glu;
mod group_normalization;
mod instance_normalization;
mod layer_normalization;
mod log_softmax;
mod matmul;
mod max_pool;
mod outer;
mod pool_avg;
mod pool_avg_grad;
mod pool_max;
mod pool_max_grad;
mod pool_max_pick;
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
mod resize;
mod resize_grad;
mod rms_normalization;
mod scaled_dot_product_attention;
mod sigmoid_cross_entropy;
mod softmax;
mod softmax_cross_entropy;
mod sparse_softmax_cross_entropy;
mod sparsemax;
mod tensordot;

/// The ops of this group.
pub(super) const LIST: &[&OpDef] = &[
    &matmul::DEF,
    &softmax::DEF,
    &log_softmax::DEF,
    &glu::DEF,
    &sparsemax::DEF,
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
    &avg_pool::DEF,
    &conv::DEF,
    &conv1d::DEF,
    &conv1d_transpose::DEF,
    &conv2d::DEF,
    &conv2d_transpose::DEF,
    &conv3d::DEF,
    &conv3d_transpose::DEF,
    &conv_input_grad::DEF,
    &conv_kernel_grad::DEF,
    &depthwise_conv1d::DEF,
    &depthwise_conv2d::DEF,
    &einsum::DEF,
    &embedding_bag::DEF,
    &max_pool::DEF,
    &outer::DEF,
    &pool_avg::DEF,
    &pool_avg_grad::DEF,
    &pool_max::DEF,
    &pool_max_grad::DEF,
    &pool_max_pick::DEF,
    &resize::DEF,
    &resize_grad::DEF,
    &scaled_dot_product_attention::DEF,
    &tensordot::DEF,
    &dot_interaction::DEF,
    &dot_interaction_grad::DEF,
    &batch_normalization_grad::DEF,
    &embedding_matmul::DEF,
    &embedding_matmul_grad::DEF,
];
