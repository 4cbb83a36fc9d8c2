//! Gradients of composites without a rule of their own: through the ops they are made of.

use super::backward;
use crate::Result;
use crate::graph::{Graph, Node, OpId, Value};
use crate::passes::expand::compose;
use crate::vjp::Grad;

/// Appends the composite's ops once more and carries the cotangents through them. The forward
/// part is the same subexpression as the composite's own expansion, so it is computed once.
pub(super) fn vjp(graph: &mut Graph, op: OpId, node: &Node, cotangents: &[Option<Value>]) -> Result<Vec<Option<Grad>>> {
    let floor = graph.nodes.len() as u32;
    let outputs = compose(graph, op, &node.attrs, &node.inputs)?;
    let seeds: Vec<(Value, Grad)> = outputs.iter().zip(cotangents).filter_map(|(v, c)| Some((*v, Grad::Dense((*c)?)))).collect();
    let present: Vec<Value> = node.inputs.iter().flatten().copied().collect();
    let mut grads = backward(graph, &seeds, &present, floor)?.into_iter();
    Ok(node.inputs.iter().map(|v| v.and_then(|_| grads.next().flatten())).collect())
}
