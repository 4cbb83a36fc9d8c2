//! What gradient rules of ops with regions share.

use crate::autodiff::{self, densify};
use crate::vjp::Grad;
use crate::{Builder, Graph, Region, Result, Value};

/// Appends `body` over `inputs`, and carries `cotangents` of its outputs back to those of `inputs`
/// that `wants` names. Gives a dense gradient for each, zeros where none reaches.
pub(super) fn backward(
    graph: &mut Graph,
    body: &Region,
    inputs: &[Value],
    cotangents: &[Option<Value>],
    wants: &[usize],
) -> Result<Vec<Value>> {
    let floor = graph.nodes.len() as u32;
    let outputs = graph.inline(body, inputs)?;
    let seeds: Vec<(Value, Grad)> = outputs.iter().zip(cotangents).filter_map(|(v, c)| Some((*v, Grad::Dense((*c)?)))).collect();
    // An output that is an input as it came passes its cotangent straight on.
    let wrt: Vec<Value> = wants.iter().map(|&i| inputs[i]).collect();
    let grads = autodiff::backward(graph, &seeds, &wrt, floor)?;
    let mut dense = Vec::with_capacity(wrt.len());
    for (v, g) in wrt.iter().zip(grads) {
        let mut build = Builder::new(graph);
        dense.push(match g {
            Some(Grad::Dense(g)) => g,
            Some(Grad::Rows(rows)) => {
                let shape = build.shape(*v);
                densify(&mut build, rows, &shape)?
            }
            None => build.full_like(0.0, *v)?,
        });
    }
    Ok(dense)
}

/// Indices of the inputs in `range` whose gradient is wanted.
pub(super) fn wanted(wants: &[bool], range: std::ops::Range<usize>) -> Vec<usize> {
    range.filter(|&i| wants[i]).collect()
}
