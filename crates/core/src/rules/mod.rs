//! Shape rules, bodies and gradients that several ops share.

pub mod axes;
pub mod count;
pub(crate) mod cross_entropy;
pub mod index;
pub mod moments;
pub(crate) mod normalize;
pub mod order;
pub(crate) mod random;
pub mod reduce;
pub mod scan;
pub mod scatter;
pub mod segment;
