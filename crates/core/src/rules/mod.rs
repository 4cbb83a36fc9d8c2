//! Shape rules, bodies and gradients that several ops share.

pub mod axes;
pub mod count;
pub(crate) mod cross_entropy;
pub mod index;
pub(crate) mod normalize;
pub(crate) mod random;
pub mod reduce;
pub mod segment;
