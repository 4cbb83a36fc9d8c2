//! A chain of adds of ten elements, recorded from words and read: the part of `benches/ours/addchain.mjs` that is not TypeScript's.

use crate::protocol::{Case, Flags, run};
use serde_json::{Value, json};
use std::sync::Arc;
use talray_core::ops;
use talray_runtime::wire::WORDS;
use talray_runtime::{DType, Engine, Error, Handle, Result, Session};

const LENGTH: usize = 1000;

/// `addchain`: microseconds an add. Leaves are made anew and every handle is given back.
///
/// # Errors
/// What the engine refuses.
pub fn main(flags: &Flags) -> Result<()> {
    let engine = Arc::new(Engine::new(flags.number("threads", 1.0) as usize));
    run(flags, json!({}), |_| {
        let mut session = Session::new(engine.clone());
        let mut words = vec![0.0; WORDS];
        let add = ops::id("add").0;
        let bytes = |x: f32| [x; 10].iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
        let (zeros, ones) = (bytes(0.0), bytes(1.0));
        let mut handles: Vec<Handle> = Vec::with_capacity(LENGTH + 2);
        let step = move || {
            let mut total = session.upload(&zeros, DType::F32, &[10])?;
            let one = session.upload(&ones, DType::F32, &[10])?;
            handles.extend([total, one]);
            for _ in 0..LENGTH {
                // Op, two tensors, no region.
                words[..7].copy_from_slice(&[f64::from(add), 2.0, 0.0, total as f64, 0.0, one as f64, 0.0]);
                session.apply_words(&mut words)?;
                total = words[0] as Handle;
                handles.push(total);
            }
            let sum = session.read(total)?.wait().as_ref().map_err(Clone::clone)?.buffer.bytes()[..4].to_vec();
            handles.drain(..).for_each(|h| session.free(h));
            let right = sum == (LENGTH as f32).to_le_bytes();
            if right { Ok(()) } else { Err(Error::internal("the chain gives a wrong sum")) }
        };
        Ok(Case {
            step: Box::new(step),
            value: Box::new(|seconds| seconds * 1e6 / LENGTH as f64),
            unit: "us",
            about: Value::Null,
        })
    })
}
