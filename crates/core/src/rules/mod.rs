//! Shape rules, bodies and gradients that several ops share.

pub mod axes;
pub mod convolution;
pub mod count;
pub(crate) mod cross_entropy;
pub(crate) mod einsum;
pub mod index;
pub mod moments;
pub(crate) mod normalize;
pub mod order;
pub mod pooling;
pub(crate) mod random;
pub mod reduce;
pub mod resize;
pub mod scan;
pub mod scatter;
pub mod segment;
pub mod window;
