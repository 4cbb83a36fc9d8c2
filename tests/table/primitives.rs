//! `primitive`: each scalar primitive is reached by some op, so that the other questions concern it.

use crate::{Table, each_op};
use std::collections::HashSet;
use std::sync::Arc;
use talray_core::expr::{Prim, op_program};
use talray_core::{AttrsRef, DType, Lower};
use talray_tests::subject::{Layout, Subject};

pub fn questions(table: &mut Table) {
    let reached = Arc::new(reached());
    for prim in Prim::ALL {
        let name = format!("{prim:?}");
        if table.asks("primitive", &name) {
            let reached = reached.clone();
            table.ask("primitive", &name, "", move || {
                if reached.contains(&prim) { Ok(()) } else { Err("no op's expression uses it".to_owned()) }
            });
        }
    }
}

fn reached() -> HashSet<Prim> {
    let mut reached = HashSet::new();
    for (id, def) in each_op().filter(|(_, d)| matches!(d.lower, Lower::Elementwise(_))) {
        for sample in (def.samples)().iter().filter(|s| s.refuses.is_none()) {
            for dtype in [DType::F32, DType::I32, DType::Bool] {
                let Ok((graph, _)) = Subject::new(id, sample, dtype).and_then(|s| s.graph(Layout::Plain)) else { continue };
                let node = graph.node(graph.outputs[0]);
                let dtypes: Vec<DType> = node.inputs.iter().flatten().map(|v| graph.ty(*v).dtype).collect();
                if let Ok(program) = op_program(AttrsRef { op: def, values: &node.attrs }, &dtypes) {
                    reached.extend(program.insts.iter().map(|i| i.prim));
                }
            }
        }
    }
    reached
}
