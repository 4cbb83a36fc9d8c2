//! The kernels of group `nn`: fast against plain.

mod common;
mod graph;
mod matmul;
mod random;
mod rows;
mod windows;
