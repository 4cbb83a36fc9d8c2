//! Where the layout of a tensor shows in bits: a product sums in an order that depends on the strides of its operands, so
//! that a pass which lets it read a transposed view in place of a copy (or the reverse) would change its last bits.

use super::join::{Joins, joins};
use crate::Value;
use crate::graph::{Graph, Kind, Node};
use crate::op::Lower;

/// For each node, whether a product, or a region, which may hold one, reads it directly or through views; never where
/// passes need not be `exact`.
pub fn shows_layout(graph: &Graph, exact: bool) -> Vec<bool> {
    let mut shows = vec![false; graph.nodes.len()];
    if !exact {
        return shows;
    }
    for (i, node) in graph.nodes.iter().enumerate().rev() {
        let Kind::Op(op) = node.kind else { continue };
        let product = matches!(joins(op), Some(Joins::Product(_))) || !node.regions.is_empty();
        if product || (is_view(node) && shows[i]) {
            node.inputs.iter().flatten().for_each(|v| shows[v.node as usize] = true);
        }
    }
    shows
}

/// Does the value lie row-major in every run, as what a kernel has made does?
pub fn is_row_major(graph: &Graph, v: Value) -> bool {
    let node = graph.node(v);
    match node.kind {
        Kind::Constant(_) | Kind::Fused(_) => true,
        Kind::Op(op) if is_view(node) => {
            matches!(op.def().name, "reshape" | "expand_dims" | "squeeze")
                && node.inputs.iter().flatten().all(|v| is_row_major(graph, *v))
        }
        Kind::Op(op) => !matches!(op.def().lower, Lower::Control),
        Kind::Input(_) | Kind::Leaf(_) => false,
    }
}

fn is_view(node: &Node) -> bool {
    matches!(node.kind, Kind::Op(op) if matches!(op.def().lower, Lower::View))
}
