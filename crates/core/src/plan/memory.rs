//! What a plan needs of memory, by following the lives of its values: which buffers are shared, which results take
//! over the buffer of an input that ends there, and how many bytes are alive at each step.

use super::Plan;
use crate::graph::{Kind, Node, Value};
use crate::op::Lower;
use crate::passes::join::{Joins, joins};
use crate::{Graph, Type};

/// Bytes of a plan. In a training step, the outputs after the results are the new states of variables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Inputs that are no variables: arguments and captured tensors.
    pub arguments: usize,
    /// Variables that are read before anything is written.
    pub parameters: usize,
    /// Variables that only updates read: optimizer slots, counters.
    pub slots: usize,
    /// What was computed before the commit point and is read after it.
    pub gradients: usize,
    /// What is alive when the first result is there, was computed, and is read later.
    pub saved: usize,
    /// Inputs and outputs of the kernel that has most of them.
    pub largest: usize,
    /// Most bytes alive at once, inputs included, as planned.
    pub peak: usize,
}

/// A buffer while the plan is followed.
struct Block {
    bytes: usize,
    /// Values that lie in it and are still to be read.
    holders: usize,
    /// Is it an input's?
    input: bool,
    /// May it be written once the plan has committed?
    state: bool,
    /// Will a node read it at the current step or later?
    alive: bool,
}

struct Walk<'p> {
    plan: &'p Plan,
    blocks: Vec<Block>,
    /// The block of each output of each node.
    of: Vec<Vec<usize>>,
    live: usize,
}

impl Plan {
    /// What the plan needs, where `states` are the numbers of the inputs that are variables; `None` while sizes are symbolic.
    pub fn memory(&self, states: &[usize]) -> Option<Memory> {
        let graph = &self.graph;
        if graph.nodes.iter().flat_map(|n| &n.types).any(|t| t.shape.known().is_none()) {
            return None;
        }
        let mut walk = Walk { plan: self, blocks: Vec::new(), of: vec![Vec::new(); graph.nodes.len()], live: 0 };
        let mut memory = Memory::default();
        let early = |v: Value| graph.nodes[..self.commit].iter().any(|n| n.inputs.iter().flatten().any(|w| *w == v));
        for (i, v) in graph.inputs.iter().enumerate() {
            let bytes = size(graph.ty(*v));
            let state = states.contains(&i);
            match (state, early(*v)) {
                (false, _) => memory.arguments += bytes,
                (true, true) => memory.parameters += bytes,
                (true, false) => memory.slots += bytes,
            }
            let block = walk.add(bytes, true, state);
            walk.of[v.node as usize].push(block);
        }
        memory.peak = walk.live;
        let first = graph.outputs.first().map(|v| v.node as usize);
        let trains = self.commit < graph.nodes.len();
        for (i, node) in graph.nodes.iter().enumerate() {
            if trains && i == self.commit {
                let read = graph.nodes[i..].iter().flat_map(|n| n.inputs.iter().flatten());
                let made = read.filter(|v| (v.node as usize) < i);
                let wanted: Vec<usize> = made.map(|v| walk.of[v.node as usize][v.out as usize]).collect();
                memory.gradients = walk.computed(|block| wanted.contains(&block));
            }
            if !matches!(node.kind, Kind::Input(_)) {
                let inner = self.regions[i].iter().filter_map(|r| r.memory(&[])).map(|m| m.peak - m.arguments).max();
                walk.step(i, node, inner.unwrap_or(0), &mut memory);
            }
            if trains && first == Some(i) {
                let result = walk.of[i].clone();
                memory.saved = walk.computed(|block| !result.contains(&block));
            }
        }
        Some(memory)
    }
}

impl Walk<'_> {
    fn add(&mut self, bytes: usize, input: bool, state: bool) -> usize {
        self.live += bytes;
        self.blocks.push(Block { bytes, holders: 1, input, state, alive: true });
        self.blocks.len() - 1
    }

    /// Bytes of the blocks that are alive, were computed, and satisfy `counts`.
    fn computed(&self, counts: impl Fn(usize) -> bool) -> usize {
        let alive = self.blocks.iter().enumerate().filter(|(i, b)| b.alive && !b.input && counts(*i));
        alive.map(|(_, b)| b.bytes).sum()
    }

    fn step(&mut self, i: usize, node: &Node, inner: usize, memory: &mut Memory) {
        let graph = &self.plan.graph;
        let frees = &self.plan.frees[i];
        let mut read: Vec<usize> = node.inputs.iter().flatten().map(|v| self.of[v.node as usize][v.out as usize]).collect();
        if is_view(node) {
            // It shares the buffer (where it has to copy, so does the kernel that reads it).
            self.blocks[read[0]].holders += 1;
            self.of[i].push(read[0]);
        } else {
            let mut made = Vec::new();
            let mut touched = 0;
            let mut taken = Vec::new();
            for (out, ty) in node.types.iter().enumerate() {
                let over = takes_over(graph, node, out).into_iter().find(|v| {
                    let block = self.of[v.node as usize][v.out as usize];
                    let b = &self.blocks[block];
                    let free = frees.contains(v) && b.holders == 1 && b.bytes == size(ty) && !taken.contains(&block);
                    free && (!b.input || (b.state && i >= self.plan.commit))
                });
                match over {
                    Some(v) => {
                        let block = self.of[v.node as usize][v.out as usize];
                        taken.push(block);
                        self.blocks[block].holders += 1;
                        made.push(block);
                    }
                    None => {
                        touched += size(ty);
                        let block = self.add(size(ty), false, false);
                        made.push(block);
                    }
                }
            }
            read.sort_unstable();
            read.dedup();
            touched += read.iter().map(|b| self.blocks[*b].bytes).sum::<usize>();
            memory.largest = memory.largest.max(touched);
            self.of[i] = made;
        }
        memory.peak = memory.peak.max(self.live + inner);
        for v in frees {
            self.release(self.of[v.node as usize][v.out as usize]);
        }
        for (out, used) in self.plan.steps.of[i].used.iter().enumerate() {
            if !used {
                self.release(self.of[i][out]);
            }
        }
    }

    fn release(&mut self, block: usize) {
        let b = &mut self.blocks[block];
        b.holders -= 1;
        if b.holders == 0 {
            b.alive = false;
            // Whoever runs the plan holds its inputs.
            if !b.input {
                self.live -= b.bytes;
            }
        }
    }
}

fn size(ty: &Type) -> usize {
    ty.shape.size().known().unwrap_or(0) * ty.dtype.size()
}

fn is_view(node: &Node) -> bool {
    matches!(node.kind, Kind::Op(op) if matches!(op.def().lower, Lower::View))
}

/// The inputs whose buffer output `out` of the node may take over.
fn takes_over(graph: &Graph, node: &Node, out: usize) -> Vec<Value> {
    let ty = &node.types[out];
    let same = |v: &Value| graph.ty(*v) == ty;
    match &node.kind {
        Kind::Fused(_) => node.inputs.iter().flatten().copied().filter(same).collect(),
        Kind::Op(op) if op.def().name == "update_rows" => node.inputs.get(out).copied().flatten().into_iter().collect(),
        Kind::Op(op) if !node.regions.is_empty() => match joins(*op) {
            Some(Joins::Product(own)) => node.inputs[own..].iter().flatten().copied().filter(same).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}
