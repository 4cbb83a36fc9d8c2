//! The facade that a binding exposes: a [`Session`] per JavaScript environment records ops, keeps
//! handles and cells, and hands plans to the process's [`Engine`], which runs them on its own thread.
//!
//! Nothing here knows a binding, and nothing here names an op except where the wire protocol must.

mod eager;
mod engine;
mod frame;
mod jit;
mod promise;
mod session;
mod slots;
pub mod wire;

pub use engine::{Engine, Ticket};
pub use promise::Promise;
pub use session::{Outputs, Session};
pub use slots::Handle;
pub use talray_core::{Code, DType, Error, Result};
pub use talray_kernels_cpu::{Cpu, Implementation};

/// A tensor in CPU memory.
pub type Tensor = talray_core::backend::Tensor<talray_kernels_cpu::memory::Buffer>;
