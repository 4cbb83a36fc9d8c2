//! Reverse-mode gradients as a graph transform: appends the nodes that compute them.

mod accumulate;
mod composite;
pub mod elementwise;

pub use accumulate::densify;

use crate::graph::{Builder, Graph, Kind, Value};
use crate::op::{Lower, Vjp};
use crate::vjp::{Grad, VjpCx};
use crate::{AttrsRef, Error, Result};
use std::collections::HashMap;

/// Gradients of `loss` (a scalar, or anything when `seed` gives its cotangent) with respect to
/// `wrt`; `None` where no gradient reaches. The nodes are appended to `graph`.
///
/// # Errors
/// `SHAPE` when the loss is no scalar and there is no seed, `DTYPE` when it is not a float, and
/// what the rules refuse.
pub fn gradients(graph: &mut Graph, loss: Value, seed: Option<Value>, wrt: &[Value]) -> Result<Vec<Option<Grad>>> {
    let ty = graph.ty(loss).clone();
    if !ty.dtype.is_float() {
        return Err(Error::dtype(format!("gradient of a {} value: the loss must be a float", ty.dtype)));
    }
    let seed = match seed {
        Some(seed) => seed,
        None if ty.shape.rank() == 0 => Builder::new(graph).scalar(1.0, ty.dtype),
        None => {
            return Err(Error::shape(format!(
                "gradient of a value of shape {}: the loss must be a scalar; reduce it, for example with mean",
                ty.shape
            )));
        }
    };
    backward(graph, &[(loss, Grad::Dense(seed))], wrt, 0)
}

/// Carries cotangents from `seeds` back to `wrt`, through nodes from number `floor` on.
pub(crate) fn backward(graph: &mut Graph, seeds: &[(Value, Grad)], wrt: &[Value], floor: u32) -> Result<Vec<Option<Grad>>> {
    let end = seeds.iter().map(|(v, _)| v.node + 1).max().unwrap_or(0);
    // Forward: which nodes depend on `wrt`.
    let mut depends = vec![false; end as usize];
    for v in wrt {
        if v.node < end {
            depends[v.node as usize] = true;
        }
    }
    let start = wrt.iter().map(|v| v.node).min().unwrap_or(end).max(floor);
    for i in start..end {
        let node = &graph.nodes[i as usize];
        depends[i as usize] |= node.inputs.iter().flatten().any(|v| depends[v.node as usize]);
    }
    let mut cotangents: HashMap<Value, Grad> = HashMap::new();
    for (v, g) in seeds {
        accumulate::add(graph, &mut cotangents, *v, *g)?;
    }
    for i in (start..end).rev() {
        if !depends[i as usize] {
            continue;
        }
        let outs = graph.nodes[i as usize].types.len() as u16;
        let values: Vec<Value> = (0..outs).map(|out| Value { node: i, out }).collect();
        if !values.iter().any(|v| cotangents.contains_key(v)) {
            continue;
        }
        let node = graph.nodes[i as usize].clone();
        let Kind::Op(op) = node.kind else { continue };
        let wants: Vec<bool> =
            node.inputs.iter().map(|v| v.is_some_and(|v| depends[v.node as usize] && graph.ty(v).dtype.is_float())).collect();
        if !wants.iter().any(|w| *w) {
            continue;
        }
        let mut flowing = Vec::with_capacity(values.len());
        for v in &values {
            let g = cotangents.get(v).copied();
            flowing.push(match g {
                None => None,
                Some(g) => Some(accumulate::dense(graph, *v, g)?),
            });
        }
        let def = op.def();
        let attrs = AttrsRef { op: def, values: &node.attrs };
        let grads = match (def.vjp, def.lower) {
            (Vjp::None(_), _) => continue,
            (Vjp::Derived, Lower::Composite(_)) => composite::vjp(graph, op, &node, &flowing)?,
            (Vjp::Derived | Vjp::Elementwise(_), _) => {
                let inputs: Vec<Value> = node.inputs.iter().flatten().copied().collect();
                let grads = elementwise::vjp(&mut Builder::new(graph), attrs, (&inputs, &values), &flowing, &wants)?;
                grads.into_iter().map(|g| g.map(Grad::Dense)).collect()
            }
            (Vjp::Rule(rule), _) => {
                let mut builder = Builder::new(graph);
                let mut cx = VjpCx {
                    builder: &mut builder,
                    inputs: &node.inputs,
                    outputs: &values,
                    cotangents: &flowing,
                    wants: &wants,
                    attrs,
                    regions: &node.regions,
                };
                rule(&mut cx).map_err(|e| e.in_op(def.name))?
            }
        };
        for ((v, g), want) in node.inputs.iter().zip(grads).zip(&wants) {
            if let (Some(v), Some(g), true) = (v, g, want) {
                accumulate::add(graph, &mut cotangents, *v, g)?;
            }
        }
    }
    Ok(wrt.iter().map(|v| cotangents.get(v).copied()).collect())
}
