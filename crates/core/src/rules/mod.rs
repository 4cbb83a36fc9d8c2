//! Shape rules, bodies and gradients that several ops share.

pub(crate) mod cross_entropy;
pub(crate) mod normalize;
pub(crate) mod random;
