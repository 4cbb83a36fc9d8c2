//! Composites that the device has no kernel for become the ops they are made of.

use super::Rewrite;
use crate::graph::{Builder, Graph, Kind, OpId, Value};
use crate::op::Lower;
use crate::{AttrsRef, Result};

/// Expands composites until none is left that `supports` refuses.
pub fn expand(graph: &Graph, supports: &dyn Fn(OpId) -> bool) -> Result<Graph> {
    let must = |kind: &Kind| matches!(kind, Kind::Op(op) if matches!(op.def().lower, Lower::Composite(_)) && !supports(*op));
    let mut graph = graph.clone();
    while graph.nodes.iter().any(|n| must(&n.kind)) {
        let mut rewrite = Rewrite::new(&graph);
        for (i, node) in graph.nodes.iter().enumerate() {
            match &node.kind {
                Kind::Op(op) if must(&node.kind) => {
                    let inputs: Vec<_> = node.inputs.iter().map(|v| v.map(|v| rewrite.get(v))).collect();
                    let outputs = compose(&mut rewrite.new, *op, &node.attrs, &inputs)?;
                    for (out, v) in outputs.into_iter().enumerate() {
                        // Sizes may be spelled in other symbols from here on.
                        let sizes = node.types[out].shape.dims().iter().zip(rewrite.new.ty(v).shape.dims().to_vec());
                        let unlike: Vec<_> = sizes.filter(|(a, b)| *a != b).map(|(a, b)| (a.clone(), b)).collect();
                        rewrite.new.equal.extend(unlike);
                        rewrite.set(Value { node: i as u32, out: out as u16 }, v);
                    }
                }
                _ => rewrite.copy(i),
            }
        }
        graph = rewrite.finish();
    }
    Ok(graph)
}

/// Appends what composite `op` is made of.
pub fn compose(graph: &mut Graph, op: OpId, attrs: &[crate::AttrValue], inputs: &[Option<Value>]) -> Result<Vec<Value>> {
    let def = op.def();
    let Lower::Composite(build) = def.lower else {
        return Err(crate::Error::internal("not a composite").in_op(def.name));
    };
    build(&mut Builder::new(graph), inputs, AttrsRef { op: def, values: attrs }).map_err(|e| e.in_op(def.name))
}
