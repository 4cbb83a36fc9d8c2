//! Puts what writes state last.

use super::Rewrite;
use crate::Type;
use crate::graph::{Graph, Kind};

/// Moves nodes to the end that overwrite state: that cannot fail, need no memory of their own, and that only new states of
/// cells depend on (the outputs from number `results` on). Gives the graph and the index of the first of them.
pub fn commit_last(graph: Graph, results: usize) -> (Graph, usize) {
    let n = graph.nodes.len();
    if results >= graph.outputs.len() {
        return (graph, n);
    }
    let mut late: Vec<bool> = graph.nodes.iter().map(|node| cannot_fail(&node.kind)).collect();
    for v in &graph.outputs[..results] {
        late[v.node as usize] = false;
    }
    loop {
        // A node that an early node reads is early.
        for i in (0..n).rev() {
            if !late[i] {
                graph.nodes[i].inputs.iter().flatten().for_each(|v| late[v.node as usize] = false);
            }
        }
        let ends = ends(&graph, &late);
        let needs_memory: Vec<usize> = (0..n).filter(|&i| late[i] && !overwrites(&graph, i, &ends)).collect();
        if needs_memory.is_empty() {
            break;
        }
        needs_memory.into_iter().for_each(|i| late[i] = false);
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
        Kind::Op(op) => matches!(op.def().name, "update_rows" | "update_table"),
        Kind::Input(_) | Kind::Leaf(_) | Kind::Constant(_) => false,
    }
}

/// For each input node, the late node that is the last to read it, unless the input is an output too.
fn ends(graph: &Graph, late: &[bool]) -> Vec<Option<usize>> {
    let mut ends = vec![None; graph.nodes.len()];
    for (i, node) in graph.nodes.iter().enumerate().filter(|(i, _)| late[*i]) {
        for v in node.inputs.iter().flatten() {
            if matches!(graph.node(*v).kind, Kind::Input(_)) {
                ends[v.node as usize] = Some(i);
            }
        }
    }
    graph.outputs.iter().for_each(|v| ends[v.node as usize] = None);
    ends
}

/// Can every output of node `i` take the place of an input that ends there? Updates of rows find theirs by themselves.
fn overwrites(graph: &Graph, i: usize, ends: &[Option<usize>]) -> bool {
    let node = &graph.nodes[i];
    if !matches!(node.kind, Kind::Fused(_)) {
        return true;
    }
    let ending = node.inputs.iter().flatten().filter(|v| ends[v.node as usize] == Some(i));
    let mut free: Vec<&Type> = ending.map(|v| graph.ty(*v)).collect();
    node.types.iter().all(|ty| free.iter().position(|t| *t == ty).map(|at| free.swap_remove(at)).is_some())
}

#[cfg(test)]
mod tests {
    use crate::passes::Passes;
    use crate::plan::Plan;
    use crate::{DType, Graph, Shape, Type, Value};

    fn vector(graph: &mut Graph) -> Value {
        graph.input(Type::new(DType::F32, Shape::of(&[3])))
    }

    /// The number of nodes behind the commit point of a plan with one result.
    fn late(graph: &Graph) -> usize {
        let plan = Plan::new(graph, 1, &Passes::default(), &|_| true).unwrap();
        plan.graph.nodes.len() - plan.commit
    }

    #[test]
    fn a_new_state_over_the_old_one_comes_last() {
        let mut graph = Graph::new();
        let (x, state) = (vector(&mut graph), vector(&mut graph));
        let loss = graph.build().sum(x, &[0], false).unwrap();
        let next = graph.build().add(state, x).unwrap();
        graph.outputs = vec![loss, next];
        assert_eq!(late(&graph), 1);
    }

    #[test]
    fn a_new_state_that_needs_memory_is_made_before_anything_is_overwritten() {
        let mut graph = Graph::new();
        let (x, a, b) = (vector(&mut graph), vector(&mut graph), vector(&mut graph));
        let loss = graph.build().sum(x, &[0], false).unwrap();
        // Each reads a, and b ends in the first.
        let sum = graph.build().add(a, b).unwrap();
        let folded = graph.build().sum(b, &[0], true).unwrap();
        let difference = graph.build().sub(a, folded).unwrap();
        graph.outputs = vec![loss, sum, difference];
        let plan = Plan::new(&graph, 1, &Passes::NONE, &|_| true).unwrap();
        assert_eq!(plan.graph.nodes.len() - plan.commit, 2, "the first takes b, the second a");
        let doubled = graph.build().add(folded, folded).unwrap();
        graph.outputs = vec![loss, doubled];
        assert_eq!(late(&graph), 0, "nothing of its type ends there");
    }
}
