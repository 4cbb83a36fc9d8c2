//! Each op against what independent programs gave for it.

use ::std::sync::{Arc, OnceLock};
use smallvec::SmallVec;
use talray_core::graph::{Graph, OpId};
use talray_core::{Code, DType, Result, Type, ops};
use talray_runtime::wire::{Argument, Request};
use talray_runtime::{Engine, Implementation, Session, bytes_of};
use talray_tests::golden::{Array, Case, attrs, difference, read};

/// Shapes and dtypes that `infer` gives against those of the golden outputs. Sizes that depend on data stay open.
fn inference(name: &str) {
    let Some(id) = ops::find(name) else {
        println!("{name} has golden cases and is no op yet");
        return;
    };
    let wrong: Vec<String> = read(name)
        .cases
        .iter()
        .enumerate()
        .filter_map(|(n, case)| {
            let mut graph = Graph::new();
            let inputs: Vec<_> = case.inputs.iter().map(|x| x.as_ref().map(|x| graph.constant(x.literal()))).collect();
            let got = match graph.apply(id, &inputs, attrs(id, case), &[]) {
                Ok(values) => values,
                // Said openly, with its reason: a dtype that the op leaves out is not a wrong shape.
                Err(e) if e.code == Code::Unsupported => return None,
                Err(e) => return Some(format!("case {n}: {e}")),
            };
            let fits = |ty: &Type, want: &Array| {
                ty.dtype == want.dtype()
                    && ty.shape.rank() == want.shape.len()
                    && ty.shape.dims().iter().zip(&want.shape).all(|(d, w)| d.known().is_none_or(|d| d == *w))
            };
            let bad = case.outputs.iter().zip(&got).find(|(want, v)| !fits(graph.ty(**v), want));
            bad.map(|(want, v)| format!("case {n}: expected {} {:?}, inferred {:?}", want.dtype, want.shape, graph.ty(*v)))
        })
        .collect();
    assert!(wrong.is_empty(), "{name}: {} cases\n{}", wrong.len(), wrong.join("\n"));
}

/// An engine of its own for each implementation, as the choice counts for a whole engine.
fn engine(implementation: Implementation) -> &'static Arc<Engine> {
    static ENGINES: [OnceLock<Arc<Engine>>; 2] = [const { OnceLock::new() }; 2];
    ENGINES[usize::from(implementation == Implementation::Reference)].get_or_init(|| {
        let engine = Engine::new(2);
        engine.cpu.choose(implementation, None);
        Arc::new(engine)
    })
}

/// Outputs of one case, as (dtype, sizes, elements), by the engine.
fn evaluate(id: OpId, case: &Case, implementation: Implementation) -> Result<Vec<(DType, Vec<usize>, Vec<u8>)>> {
    let engine = engine(implementation);
    let mut session = Session::new(engine.clone());
    let mut inputs = SmallVec::new();
    for input in &case.inputs {
        inputs.push(match input {
            None => Argument::Absent,
            Some(x) => Argument::Tensor(session.upload(&x.bytes(), x.dtype(), &x.shape)?),
        });
    }
    let outputs = session.apply(Request { op: id, inputs, attrs: attrs(id, case), regions: SmallVec::new() })?;
    let mut values = Vec::new();
    for (handle, _) in outputs {
        let promise = session.read(handle)?;
        let tensor = promise.wait().as_ref().map_err(Clone::clone)?;
        values.push((tensor.dtype, tensor.layout.shape.to_vec(), bytes_of(&engine.cpu, tensor)?));
    }
    Ok(values)
}

/// Values that the engine computes against the golden ones.
fn values(name: &str, implementation: Implementation) {
    let Some(id) = ops::find(name) else { return };
    let mut missing = Vec::new();
    let wrong: Vec<String> = read(name)
        .cases
        .iter()
        .enumerate()
        .filter_map(|(n, case)| match evaluate(id, case, implementation) {
            Ok(got) => (0..case.outputs.len())
                .find_map(|i| difference(case, i, got[i].0, &got[i].1, &got[i].2))
                .map(|why| format!("case {n} ({}): {why}", case.source)),
            Err(e) if e.code == Code::Unsupported => {
                missing.push(e.to_string());
                None
            }
            Err(e) => Some(format!("case {n}: {e}")),
        })
        .collect();
    if let Some(why) = missing.first() {
        println!("{name}: {} cases not run: {why}", missing.len());
    }
    assert!(wrong.is_empty(), "{name}: {} cases\n{}", wrong.len(), wrong.join("\n"));
}

macro_rules! golden {
    ($op:ident) => {
        mod $op {
            use talray_runtime::Implementation;

            fn name() -> &'static str {
                let name = stringify!($op);
                name.strip_prefix("r#").unwrap_or(name)
            }

            #[test]
            fn inference() {
                super::inference(name());
            }

            #[test]
            fn reference() {
                super::values(name(), Implementation::Reference);
            }

            #[test]
            fn simd() {
                super::values(name(), Implementation::Simd);
            }
        }
    };
}

include!(concat!(env!("OUT_DIR"), "/golden.rs"));
