//! Puts what writes state last.

use super::Rewrite;
use crate::graph::{Graph, Kind, Value};
use crate::op::Lower;

/// Moves nodes to the end that cannot fail and that only new states of cells depend on (the
/// outputs from number `results` on). Gives the graph and the index of the first of them.
pub fn commit_last(graph: Graph, results: usize) -> (Graph, usize) {
    let n = graph.nodes.len();
    if results >= graph.outputs.len() {
        return (graph, n);
    }
    let mut late: Vec<bool> = graph.nodes.iter().map(|node| cannot_fail(&node.kind)).collect();
    for v in &graph.outputs[..results] {
        late[v.node as usize] = false;
    }
    // A node that an early node reads is early.
    for i in (0..n).rev() {
        if !late[i] {
            for Value { node, .. } in graph.nodes[i].inputs.iter().flatten() {
                late[*node as usize] = false;
            }
        }
    }
    let mut rewrite = Rewrite::new(&graph);
    for pass in [false, true] {
        (0..n).filter(|&i| late[i] == pass).for_each(|i| rewrite.copy(i));
    }
    let commit = late.iter().filter(|l| !**l).count();
    (rewrite.finish(), commit)
}

fn cannot_fail(kind: &Kind) -> bool {
    match kind {
        Kind::Fused(_) => true,
        Kind::Op(op) => matches!(op.def().lower, Lower::View) || matches!(op.def().name, "update_rows" | "update_table"),
        Kind::Input(_) | Kind::Leaf(_) | Kind::Constant(_) => false,
    }
}
