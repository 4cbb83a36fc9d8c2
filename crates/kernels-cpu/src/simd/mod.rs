//! Vector arithmetic with run-time dispatch. An algorithm is written once over [`Isa`] and its vectors, and
//! is entered through a function compiled for the instruction set that the machine has. All levels give the
//! same bits: each vector operation is one IEEE operation, fused where it says so, at every width. (WebAssembly rounds
//! sums of products twice, see `Vector::plus_product`.)
//!
//! - [`level`], [`set_level`], [`dispatch`]: which instructions run.
//! - [`Kernel`]: an algorithm over any level; `dispatch(kernel)` runs it at the current one.
//! - [`math`]: the functions over vectors; [`ops`]: the same as types, for loops that take the function as a parameter.
//! - [`map`], [`map2`]: slices in, slices out; tails use the same formula as bodies.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod blocked;
pub(crate) mod embedding;
pub(crate) mod embedding_grad;
#[cfg(any(test, target_family = "wasm"))]
mod fused;
mod level;
pub(crate) mod machine;
mod map;
pub mod math;
pub mod ops;
mod packed;
mod panel;
#[cfg_attr(target_family = "wasm", path = "simd128.rs")]
mod portable;
pub(crate) mod product;
pub(crate) mod steps;
pub(crate) mod tile;
mod vector;
pub(crate) mod walk;

pub use level::{Level, available_levels, dispatch, level, set_level};
pub use map::{Real, map, map2};
pub use packed::Packed;
pub use vector::{Bits, Double, Isa, Kernel, Mask, Single, Vector};
