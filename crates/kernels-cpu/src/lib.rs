//! CPU kernels: SIMD chosen at run time, threads from a private pool.
//!
//! `simd/` and `memory/` hold all unsafe code; `elementwise/` evaluates core's programs;
//! `families/` are the loop skeletons and `ops/` the thin kernels that use them; `reference/` is
//! the plain ndarray implementation of every kernel.

mod backend;
pub mod call;
pub mod elementwise;
pub mod families;
mod joined;
pub mod matmul;
pub mod memory;
pub mod ops;
pub mod pool;
pub mod reference;
pub mod rows;
pub mod simd;

pub use backend::Cpu;
pub use call::{Call, Element, Input, Kernel, KernelDef, Output};
pub use pool::Pool;
use talray_core::DType;

/// Which implementation of the kernels runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Implementation {
    /// Fast: SIMD and threads.
    #[default]
    Simd,
    /// Plain: ndarray, one thread, written to be read.
    Reference,
    /// None: outputs hold whatever their memory held. Shows what running costs beside kernels.
    Idle,
}

/// How far apart the implementations' results of a dtype may lie, as a share of their size (of 1 where that is less): sums in
/// another order, and functions of two units in the last place.
pub fn tolerance(dtype: DType) -> f64 {
    match dtype {
        DType::F64 => 1e-12,
        DType::F32 => 2e-5,
        DType::F16 => 2e-3,
        DType::BF16 => 2e-2,
        _ => 0.0,
    }
}

/// The kernel of op `name`, if there is one. Where only one implementation exists, it serves both.
pub fn kernel(name: &str, implementation: Implementation) -> Option<&'static KernelDef> {
    let fast = || ops::KERNELS.iter().copied().flatten().copied().find(|k| k.op == name);
    let plain = || reference::KERNELS.iter().copied().flatten().copied().find(|k| k.op == name);
    match implementation {
        Implementation::Simd | Implementation::Idle => fast().or_else(plain),
        Implementation::Reference => plain().or_else(fast),
    }
}
