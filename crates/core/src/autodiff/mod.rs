//! Gradients.

pub mod elementwise;
