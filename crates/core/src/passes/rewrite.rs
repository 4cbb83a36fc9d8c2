//! Copying a graph node by node into a new one, with some nodes replaced.

use crate::graph::{Graph, Kind, Node, Value};
use crate::op::Lower;
use smallvec::SmallVec;

/// Must this node run even if nobody reads its outputs?
pub fn has_effect(node: &Node) -> bool {
    matches!(node.kind, Kind::Op(op) if matches!(op.def().lower, Lower::Effect))
}

/// A copy in progress.
pub struct Rewrite<'g> {
    /// The graph that is copied.
    pub old: &'g Graph,
    /// The copy so far.
    pub new: Graph,
    map: Vec<SmallVec<[Option<Value>; 1]>>,
}

impl<'g> Rewrite<'g> {
    /// An empty copy of `old`, with its symbols and equalities.
    pub fn new(old: &'g Graph) -> Rewrite<'g> {
        let new = Graph { symbols: old.symbols, equal: old.equal.clone(), ..Graph::new() };
        let map = old.nodes.iter().map(|n| SmallVec::from_elem(None, n.types.len())).collect();
        Rewrite { old, new, map }
    }

    /// The new value of an old one.
    ///
    /// # Panics
    /// When its node was left out although something needs it: a mistake in a pass, found by its tests.
    pub fn get(&self, v: Value) -> Value {
        match self.map[v.node as usize][v.out as usize] {
            Some(v) => v,
            None => panic!("value {}.{} was dropped by a pass but is needed", v.node, v.out),
        }
    }

    /// Says what stands for an old value.
    pub fn set(&mut self, old: Value, new: Value) {
        self.map[old.node as usize][old.out as usize] = Some(new);
    }

    /// Node `i` with its inputs renamed, not yet added.
    pub fn renamed(&self, i: usize) -> Node {
        let mut node = self.old.nodes[i].clone();
        for v in node.inputs.iter_mut().flatten() {
            *v = self.get(*v);
        }
        node
    }

    /// Adds `node` in place of old node `i`.
    pub fn push(&mut self, i: usize, node: Node) {
        let at = self.new.nodes.len() as u32;
        if matches!(node.kind, Kind::Input(_)) {
            self.new.inputs.push(Value { node: at, out: 0 });
        }
        for out in 0..node.types.len() as u16 {
            self.set(Value { node: i as u32, out }, Value { node: at, out });
        }
        self.new.nodes.push(node);
    }

    /// Copies node `i`.
    pub fn copy(&mut self, i: usize) {
        let node = self.renamed(i);
        self.push(i, node);
    }

    /// The copy, with its outputs.
    pub fn finish(mut self) -> Graph {
        // A pass may copy nodes in another order; inputs keep theirs.
        let Graph { nodes, inputs, .. } = &mut self.new;
        inputs.sort_by_key(|v| match nodes[v.node as usize].kind {
            Kind::Input(n) => n,
            _ => u32::MAX,
        });
        self.new.outputs = self.old.outputs.iter().map(|v| self.get(*v)).collect();
        self.new
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DType, Shape, Type};

    #[test]
    fn inputs_keep_their_order_when_nodes_move() {
        let mut graph = Graph::new();
        let types = [DType::F32, DType::F64, DType::I32].map(|d| Type::new(d, Shape::scalar()));
        graph.outputs = types.iter().map(|t| graph.input(t.clone())).collect();
        let mut rewrite = Rewrite::new(&graph);
        [2, 0, 1].into_iter().for_each(|i| rewrite.copy(i));
        let moved = rewrite.finish();
        let found: Vec<_> = moved.inputs.iter().map(|v| moved.ty(*v).clone()).collect();
        assert_eq!(found, types);
    }
}
