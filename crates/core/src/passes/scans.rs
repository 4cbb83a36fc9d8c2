//! Scans: those with the same turns over the same inputs become one, and results that nobody reads are left out.
//!
//! The gradient of a scan runs it once more to keep the states of all turns. Where both stand in one graph, the first
//! run keeps them.

use super::cse::cse;
use super::rewrite::{Rewrite, has_effect};
use crate::graph::{Graph, Kind, Node, Region, Value};
use crate::{AttrsRef, Result};
use std::sync::Arc;

/// Joins scans and shortens their lists of results.
pub fn scans(graph: &Graph) -> Result<Graph> {
    let mut rewrite = Rewrite::new(graph);
    let mut done: Vec<usize> = Vec::new();
    for (i, used) in used(graph).into_iter().enumerate() {
        let node = rewrite.renamed(i);
        let Some(carries) = carries(&node)? else {
            rewrite.push(i, node);
            continue;
        };
        let kept: Vec<u16> = (0..node.types.len()).filter(|&out| out < carries || used[out]).map(|out| out as u16).collect();
        let node = with_results(node, &kept);
        let joined = done.iter().find_map(|&at| Some((at, joined(&rewrite.new.nodes[at], &node, carries)?)));
        let (at, places) = match joined {
            Some((at, (body, first))) => {
                let earlier = &mut rewrite.new.nodes[at];
                earlier.types.extend(node.types[carries..].iter().cloned());
                earlier.regions[0] = body;
                (at, (0..carries).chain(first..).take(kept.len()).collect())
            }
            None => {
                done.push(rewrite.new.nodes.len());
                rewrite.new.nodes.push(node);
                (rewrite.new.nodes.len() - 1, (0..kept.len()).collect::<Vec<_>>())
            }
        };
        for (out, place) in kept.into_iter().zip(places) {
            rewrite.set(Value { node: i as u32, out }, Value { node: at as u32, out: place as u16 });
        }
    }
    Ok(rewrite.finish())
}

/// For each output of each node, whether anything reads it.
fn used(graph: &Graph) -> Vec<Vec<bool>> {
    let mut used: Vec<Vec<bool>> = graph.nodes.iter().map(|n| vec![false; n.types.len()]).collect();
    let read = graph.nodes.iter().flat_map(|n| n.inputs.iter().flatten()).chain(&graph.outputs);
    read.for_each(|v| used[v.node as usize][v.out as usize] = true);
    used
}

/// The number of states, where the node is a scan that may be looked into.
fn carries(node: &Node) -> Result<Option<usize>> {
    match (&node.kind, node.regions.as_slice()) {
        (Kind::Op(op), [body]) if op.def().name == "scan" && body.symbols == 0 && !body.nodes.iter().any(has_effect) => {
            AttrsRef { op: op.def(), values: &node.attrs }.usize("carries").map(Some)
        }
        _ => Ok(None),
    }
}

/// The scan with these of its results.
fn with_results(mut node: Node, kept: &[u16]) -> Node {
    if kept.len() < node.types.len() {
        let body = &node.regions[0];
        let outputs = kept.iter().map(|&out| body.outputs[usize::from(out)]).collect();
        node.regions[0] = Arc::new(Graph { outputs, ..Graph::clone(body) });
        node.types = kept.iter().map(|&out| node.types[usize::from(out)].clone()).collect();
    }
    node
}

/// The body that gives the results of scan `a` and then those of `b`, and the number of the first of these, if the turns
/// of both make the same states of the same inputs.
fn joined(a: &Node, b: &Node, carries: usize) -> Option<(Region, usize)> {
    if a.inputs != b.inputs || a.attrs != b.attrs {
        return None;
    }
    let mut body = Graph::new();
    let inputs: Vec<Value> = a.regions[0].inputs.iter().map(|v| body.input(a.regions[0].ty(*v).clone())).collect();
    let first = body.inline(&a.regions[0], &inputs).ok()?;
    let second = body.inline(&b.regions[0], &inputs).ok()?;
    body.outputs = first.iter().chain(&second).copied().collect();
    let mut body = cse(&body).ok()?;
    let second = body.outputs.split_off(first.len());
    if body.outputs[..carries] != second[..carries] {
        return None;
    }
    body.outputs.extend_from_slice(&second[carries..]);
    Some((Arc::new(body), first.len()))
}
