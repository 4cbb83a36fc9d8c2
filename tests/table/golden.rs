//! `golden`: outputs are what an independent program gave. `infers`: so are the shapes and dtypes that inference gives.

use crate::{Table, each_op, read_level};
use smallvec::SmallVec;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use talray_core::graph::{Graph, OpId};
use talray_core::{DType, Result, Type};
use talray_runtime::wire::{Argument, Request};
use talray_runtime::{Engine, Implementation, Session, bytes_of};
use talray_tests::golden::{Array, Case, attrs, difference, exists, read};

pub fn questions(table: &mut Table) {
    for (id, def) in each_op() {
        if !exists(def.name) {
            if table.asks("golden", def.name) {
                table.ask("golden", def.name, "", || Err("there are no golden cases: add them to tests/golden".to_owned()));
            }
            continue;
        }
        let mut by_dtype: BTreeMap<&'static str, Vec<Case>> = BTreeMap::new();
        for case in read(def.name).cases {
            by_dtype.entry(case.dtype().name()).or_default().push(case);
        }
        for (dtype, cases) in by_dtype {
            let cases = Arc::new(cases);
            for (name, implementation) in [("simd", Implementation::Simd), ("reference", Implementation::Reference)] {
                let cases = cases.clone();
                table.ask("golden", def.name, &format!("{dtype}/{name}"), move || {
                    let _level = read_level();
                    first(&cases, |case| values(id, case, implementation))
                });
            }
            table.ask("infers", def.name, dtype, move || first(&cases, |case| inference(id, case)));
        }
    }
}

/// The first case that fails.
pub fn first(cases: &[Case], check: impl Fn(&Case) -> Option<String>) -> std::result::Result<(), String> {
    let wrong: Vec<String> =
        cases.iter().enumerate().filter_map(|(n, case)| Some(format!("case {n} ({}): {}", case.source, check(case)?))).collect();
    match wrong.first() {
        None => Ok(()),
        Some(what) => Err(format!("{} of {} cases fail; the first: {what}", wrong.len(), cases.len())),
    }
}

/// Shapes and dtypes that `infer` gives against those of the golden outputs. Sizes that depend on data stay open.
fn inference(id: OpId, case: &Case) -> Option<String> {
    let mut graph = Graph::new();
    let inputs: Vec<_> = case.inputs.iter().map(|x| x.as_ref().map(|x| graph.constant(x.literal()))).collect();
    let got = match graph.apply(id, &inputs, attrs(id, case), &[]) {
        Ok(values) => values,
        Err(e) => return Some(e.to_string()),
    };
    let fits = |ty: &Type, want: &Array| {
        ty.dtype == want.dtype()
            && ty.shape.rank() == want.shape.len()
            && ty.shape.dims().iter().zip(&want.shape).all(|(d, w)| d.known().is_none_or(|d| d == *w))
    };
    let bad = case.outputs.iter().zip(&got).find(|(want, v)| !fits(graph.ty(**v), want));
    bad.map(|(want, v)| format!("expected {} {:?}, inferred {:?}", want.dtype, want.shape, graph.ty(*v)))
}

/// Values that the engine computes against the golden ones.
fn values(id: OpId, case: &Case, implementation: Implementation) -> Option<String> {
    match evaluate(id, case, implementation) {
        Ok(got) => (0..case.outputs.len()).find_map(|i| difference(case, i, got[i].0, &got[i].1, &got[i].2)),
        Err(e) => Some(e.to_string()),
    }
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
