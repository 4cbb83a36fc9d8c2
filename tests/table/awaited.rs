//! `awaited`: the golden values on a device whose reads have to be awaited, from a plan that crossed as bytes.

use crate::golden::first;
use crate::{Table, each_op, read_level};
use std::collections::BTreeMap;
use talray_core::graph::OpId;
use talray_core::passes::Passes;
use talray_core::{Graph, Shape, Type};
use talray_kernels_cpu::Implementation;
use talray_tests::delayed::{Delayed, suspended};
use talray_tests::golden::{Case, attrs, difference, exists, read};
use talray_tests::run::cpu;

/// Polls that a read takes.
const DELAY: usize = 3;

pub fn questions(table: &mut Table) {
    for (id, def) in each_op().filter(|(_, def)| exists(def.name)) {
        let mut by_dtype: BTreeMap<&'static str, Vec<Case>> = BTreeMap::new();
        for case in read(def.name).cases {
            by_dtype.entry(case.dtype().name()).or_default().push(case);
        }
        for (dtype, cases) in by_dtype {
            table.ask("awaited", def.name, dtype, move || {
                let _level = read_level();
                let backend = Delayed::new(cpu(Implementation::Simd), DELAY);
                first(&cases, |case| wrong(id, case, &backend))?;
                if backend.waits() > 0 { Ok(()) } else { Err("nothing was awaited".to_owned()) }
            });
        }
    }
}

fn wrong(id: OpId, case: &Case, backend: &Delayed<talray_kernels_cpu::Cpu>) -> Option<String> {
    let mut graph = Graph::new();
    let literals: Vec<_> = case.inputs.iter().map(|x| x.as_ref().map(|x| x.literal())).collect();
    let input = |x: &talray_core::Literal, graph: &mut Graph| graph.input(Type::new(x.dtype, Shape::of(&x.shape)));
    let args: Vec<_> = literals.iter().map(|x| x.as_ref().map(|x| input(x, &mut graph))).collect();
    let run = graph.apply(id, &args, attrs(id, case), &[]).and_then(|outputs| {
        graph.outputs = outputs.to_vec();
        let inputs: Vec<_> = literals.iter().flatten().cloned().collect();
        suspended(&graph, &inputs, &Passes::default(), backend)
    });
    match run {
        Ok((got, _)) => {
            let judged = got.iter().enumerate().take(case.outputs.len());
            judged.filter_map(|(i, got)| difference(case, i, got.dtype, &got.shape, &got.bytes)).next()
        }
        Err(e) => Some(e.to_string()),
    }
}
