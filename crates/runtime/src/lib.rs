//! The facade that a binding exposes: a [`Session`] per JavaScript environment records ops, keeps
//! handles and cells, and hands plans to the process's [`Engine`], which runs them on its own thread.
//!
//! Nothing here knows a binding, and nothing here names an op except where the wire protocol must.

mod eager;
mod engine;
pub mod entries;
mod fault;
mod frame;
mod jit;
mod job;
mod memory;
pub mod port;
mod promise;
mod queue;
mod session;
mod slots;
pub mod tables;
pub mod wire;

pub use engine::{Engine, Ticket};
pub use promise::Promise;
pub use session::{Outputs, Session};
pub use slots::Handle;
pub use talray_core::{Code, DType, Error, Result};
pub use talray_data as data;
pub use talray_kernels_cpu::{Cpu, Implementation, simd};

/// A tensor in CPU memory.
pub type Tensor = talray_core::backend::Tensor<talray_kernels_cpu::memory::Buffer>;

pub use session::Gradient;
pub use talray_core::{Dim, Shape, Type};
pub use talray_kernels_cpu::memory::{Stats, set_limit as set_memory_limit, stats as memory_stats, trim as trim_memory};

/// The little-endian elements of a tensor, row-major.
///
/// # Errors
/// `MEMORY` when a packed copy does not fit.
pub fn bytes_of(cpu: &Cpu, tensor: &Tensor) -> Result<Vec<u8>> {
    use talray_core::backend::Backend;
    let mut read = cpu.read(tensor)?;
    cpu.poll(&mut read).unwrap_or_else(|| Err(Error::device("the CPU never suspends")))
}

/// Gives the little-endian elements of a tensor, row-major, to `work`.
///
/// # Errors
/// As [`bytes_of`].
pub fn with_bytes<T>(cpu: &Cpu, tensor: &Tensor, work: impl FnOnce(&[u8]) -> T) -> Result<T> {
    use talray_core::backend::Backend;
    let packed = cpu.contiguous(tensor)?;
    let start = packed.layout.offset * packed.dtype.size();
    Ok(work(&packed.buffer.bytes()[start..start + packed.bytes()]))
}

/// Operating system and processor; where there is no operating system, the processor.
fn target() -> String {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("" | "unknown", arch) => arch.into(),
        (os, arch) => format!("{os}-{arch}"),
    }
}

/// What the engine is, as JSON.
pub fn info(engine: &Engine) -> String {
    serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"),
        "ops": talray_core::ops::fingerprint(),
        "threads": engine.threads,
        "simd": simd::level().name(),
        "target": target(),
    })
    .to_string()
}
