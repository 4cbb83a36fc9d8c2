//! Square f32 matrix products through a session: recorded, run and read as a binding would.

use crate::protocol::{Case, Flags, run};
use serde_json::{Value, json};
use smallvec::smallvec;
use std::sync::Arc;
use talray_core::graph::complete;
use talray_core::ops;
use talray_runtime::simd::{Level, set_level};
use talray_runtime::wire::{Argument, Request};
use talray_runtime::{DType, Engine, Error, Result, Session};

/// `matmul --size N --threads T --isa LEVEL`: GFLOP/s at a SIMD level, by default the machine's widest.
///
/// # Errors
/// A level that the machine does not have, and what the engine refuses.
pub fn main(flags: &Flags) -> Result<()> {
    if let Some(name) = flags.text("isa") {
        let found = Level::from_name(name).is_some_and(|wanted| set_level(wanted) == wanted);
        if !found {
            return Err(Error::option(format!("--isa: this machine has no SIMD level {name}")));
        }
    }
    let engine = Arc::new(Engine::new(flags.number("threads", 1.0) as usize));
    run(flags, json!({ "size": flags.number("size", 512.0) as usize }), |params| {
        let size = params.get("size").and_then(Value::as_u64).unwrap_or(512) as usize;
        case(&engine, size)
    })
}

fn case(engine: &Arc<Engine>, size: usize) -> Result<Case> {
    let mut session = Session::new(engine.clone());
    let matrix = |seed: u32| -> Vec<u8> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state as f32 / u32::MAX as f32 - 0.5
        };
        (0..size * size).flat_map(|_| next().to_le_bytes()).collect()
    };
    let a = session.upload(&matrix(1), DType::F32, &[size, size])?;
    let b = session.upload(&matrix(2), DType::F32, &[size, size])?;
    let op = ops::id("matmul");
    let attrs = complete(op, &[])?;
    let step = move || {
        let inputs = smallvec![Argument::Tensor(a), Argument::Tensor(b)];
        let (product, _) = session.apply(Request { op, inputs, attrs: attrs.clone(), regions: smallvec![] })?[0];
        let done = session.read(product)?;
        session.free(product);
        done.wait().as_ref().map(|_| ()).map_err(Clone::clone)
    };
    Ok(Case {
        step: Box::new(step),
        value: Box::new(move |seconds| 2.0 * (size as f64).powi(3) / seconds / 1e9),
        unit: "GFLOP/s",
        about: Value::Null,
    })
}
