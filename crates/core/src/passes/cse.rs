//! Equal subexpressions are computed once.

use super::Rewrite;
use super::rewrite::has_effect;
use crate::Result;
use crate::graph::{Graph, Kind, Node, Value};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Joins nodes of equal op, attributes and inputs. Ops with regions or effects are left alone.
pub fn cse(graph: &Graph) -> Result<Graph> {
    let mut rewrite = Rewrite::new(graph);
    let mut seen: HashMap<u64, Vec<u32>> = HashMap::new();
    for i in 0..graph.nodes.len() {
        let node = rewrite.renamed(i);
        let Some(key) = key(&node) else {
            rewrite.push(i, node);
            continue;
        };
        let candidates = seen.entry(key).or_default();
        match candidates.iter().find(|&&c| same(&rewrite.new.nodes[c as usize], &node)) {
            Some(&c) => {
                for out in 0..node.types.len() as u16 {
                    rewrite.set(Value { node: i as u32, out }, Value { node: c, out });
                }
            }
            None => {
                candidates.push(rewrite.new.nodes.len() as u32);
                rewrite.push(i, node);
            }
        }
    }
    Ok(rewrite.finish())
}

fn key(node: &Node) -> Option<u64> {
    let mut h = DefaultHasher::new();
    match &node.kind {
        Kind::Op(op) if node.regions.is_empty() && !has_effect(node) => {
            op.0.hash(&mut h);
            node.inputs.hash(&mut h);
            node.attrs.hash(&mut h);
        }
        Kind::Constant(literal) if literal.bytes.len() <= 64 => {
            u16::MAX.hash(&mut h);
            literal.dtype.hash(&mut h);
            literal.shape.hash(&mut h);
            literal.bytes.hash(&mut h);
        }
        _ => return None,
    }
    Some(h.finish())
}

fn same(a: &Node, b: &Node) -> bool {
    match (&a.kind, &b.kind) {
        (Kind::Op(x), Kind::Op(y)) => x == y && a.inputs == b.inputs && a.types == b.types && a.attrs == b.attrs,
        (Kind::Constant(x), Kind::Constant(y)) => x == y,
        _ => false,
    }
}
