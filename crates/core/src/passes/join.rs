//! Joins scalar programs to the kernels that they feed or follow: a tail that reads a product or a reduction once becomes
//! its epilogue, a chain that only a reduction reads becomes its prologue. The joined node keeps the kernel's op; its
//! programs are regions, and their further inputs stand in its inputs:
//!
//! | op | regions | inputs |
//! |---|---|---|
//! | product | epilogue | operands, further inputs of the epilogue |
//! | reduction | prologue, epilogue (may be left out) | inputs of the prologue, further inputs of the epilogue |
//!
//! Input 0 of an epilogue is the kernel's result. Each node still rounds once, so that bits do not change.

use super::Rewrite;
use crate::expr::{Operand, Program};
use crate::graph::{Graph, Kind, Node, OpId, Region, Value};
use crate::{Shape, Type};
use smallvec::SmallVec;
use std::sync::Arc;

/// What a kernel can be joined with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joins {
    /// An epilogue, after so many operands.
    Product(usize),
    /// A prologue in place of its only operand, and an epilogue.
    Reduction,
}

/// What the kernel of `op` can be joined with, if with anything.
pub fn joins(op: OpId) -> Option<Joins> {
    match op.def().name {
        "matmul" | "conv" => Some(Joins::Product(2)),
        "sum" | "prod" | "mean" | "max" | "min" => Some(Joins::Reduction),
        _ => None,
    }
}

/// Joins programs to kernels before node `commit`, after which nothing may be done that can fail. Gives the graph and
/// the new place of the commit.
pub fn join(graph: &Graph, commit: usize) -> (Graph, usize) {
    let plan = Plan::find(graph, commit);
    let mut rewrite = Rewrite::new(graph);
    let mut at = graph.nodes.len();
    for i in 0..graph.nodes.len() {
        if i == commit {
            at = rewrite.new.nodes.len();
        }
        if plan.gone[i] {
            continue;
        }
        match plan.kernel[i] {
            None => rewrite.copy(i),
            Some(kernel) => {
                let node = plan.joined(&rewrite, kernel as usize, i);
                rewrite.push(i, node);
            }
        }
    }
    if commit == graph.nodes.len() {
        at = rewrite.new.nodes.len();
    }
    (rewrite.finish(), at)
}

/// Who joins whom.
struct Plan {
    /// For each place at which a joined node stands, its kernel.
    kernel: Vec<Option<u32>>,
    /// For each kernel, the program before it.
    prologue: Vec<Option<u32>>,
    /// Nodes that stand in another's place.
    gone: Vec<bool>,
}

impl Plan {
    fn find(graph: &Graph, commit: usize) -> Plan {
        let n = graph.nodes.len();
        let mut plan = Plan { kernel: vec![None; n], prologue: vec![None; n], gone: vec![false; n] };
        let mut uses: Vec<SmallVec<[u32; 2]>> = graph.nodes.iter().map(|n| SmallVec::from_elem(0, n.types.len())).collect();
        for v in graph.nodes.iter().flat_map(|n| n.inputs.iter().flatten()).chain(&graph.outputs) {
            uses[v.node as usize][v.out as usize] += 1;
        }
        let once = |v: Value| uses[v.node as usize][v.out as usize] == 1;
        let kernel = |v: Value| match &graph.node(v).kind {
            Kind::Op(op) if graph.node(v).regions.is_empty() => joins(*op),
            _ => None,
        };
        for (i, node) in graph.nodes[..commit].iter().enumerate() {
            match &node.kind {
                // The tail of the last of the kernels that it follows.
                Kind::Fused(_) => {
                    let fits = |v: &&Value| kernel(**v).is_some() && once(**v) && graph.ty(**v).shape == node.types[0].shape;
                    if let Some(v) = node.inputs.iter().flatten().filter(fits).max_by_key(|v| v.node) {
                        plan.kernel[i] = Some(v.node);
                        plan.kernel[v.node as usize] = None;
                        plan.gone[v.node as usize] = true;
                    }
                }
                Kind::Op(op) if node.regions.is_empty() && joins(*op) == Some(Joins::Reduction) => {
                    let Some(Some(v)) = node.inputs.first().copied() else { continue };
                    let before = graph.node(v);
                    let full = before.inputs.iter().flatten().any(|x| graph.ty(*x).shape == graph.ty(v).shape);
                    let free = matches!(before.kind, Kind::Fused(_)) && before.types.len() == 1;
                    if free && full && once(v) && plan.kernel[v.node as usize].is_none() {
                        plan.prologue[i] = Some(v.node);
                        plan.gone[v.node as usize] = true;
                    }
                    plan.kernel[i] = plan.prologue[i].map(|_| i as u32);
                }
                _ => {}
            }
        }
        plan
    }

    /// The node of `kernel` with its programs, at place `i` (its own, or that of its epilogue).
    fn joined(&self, rewrite: &Rewrite<'_>, kernel: usize, i: usize) -> Node {
        let graph = rewrite.old;
        let base = &graph.nodes[kernel];
        let mut node = Node { regions: SmallVec::new(), ..base.clone() };
        let reduction = matches!(base.kind, Kind::Op(op) if joins(op) == Some(Joins::Reduction));
        if let Some(Kind::Fused(program)) = self.prologue[kernel].map(|p| &graph.nodes[p as usize].kind) {
            node.inputs = self.prologue[kernel].map(|p| graph.nodes[p as usize].inputs.clone()).unwrap_or_default();
            node.regions.push(region(program.clone()));
        } else if reduction {
            let dtype = base.inputs[0].map(|v| graph.ty(v).dtype).unwrap_or(base.types[0].dtype);
            let same = Program { inputs: vec![dtype], consts: vec![], insts: vec![], outputs: vec![(Operand::Input(0), dtype)] };
            node.regions.push(region(Arc::new(same)));
        }
        if let (true, Kind::Fused(program)) = (i != kernel, &graph.nodes[i].kind) {
            let mut inputs = graph.nodes[i].inputs.clone();
            let result = Some(Value { node: kernel as u32, out: 0 });
            let at = inputs.iter().position(|v| *v == result).unwrap_or(0);
            inputs.swap(0, at);
            node.inputs.extend(inputs.drain(1..));
            node.regions.push(region(Arc::new(exchanged(program, at as u16))));
            node.types = graph.nodes[i].types.clone();
        }
        node.inputs.iter_mut().flatten().for_each(|v| *v = rewrite.get(*v));
        node
    }
}

/// The program with inputs 0 and `at` exchanged.
fn exchanged(program: &Program, at: u16) -> Program {
    let mut p = program.clone();
    p.inputs.swap(0, at as usize);
    let operands = p.insts.iter_mut().flat_map(|inst| inst.args.iter_mut()).chain(p.outputs.iter_mut().map(|(o, _)| o));
    for operand in operands {
        if let Operand::Input(n) = operand {
            *n = if *n == 0 {
                at
            } else if *n == at {
                0
            } else {
                *n
            };
        }
    }
    p
}

/// A region that holds one program.
fn region(program: Arc<Program>) -> Region {
    let mut graph = Graph::new();
    let inputs = program.inputs.iter().map(|d| Some(graph.input(Type::new(*d, Shape::scalar())))).collect();
    let types = program.outputs.iter().map(|(_, d)| Type::new(*d, Shape::scalar())).collect();
    let node = graph.nodes.len() as u32;
    graph.outputs = (0..program.outputs.len() as u16).map(|out| Value { node, out }).collect();
    graph.nodes.push(Node { kind: Kind::Fused(program), inputs, types, ..Node::default() });
    Arc::new(graph)
}

/// The program of a region that holds nothing else.
pub fn only_program(region: &Graph) -> Option<&Arc<Program>> {
    match region.nodes.split_last() {
        Some((Node { kind: Kind::Fused(program), .. }, inputs)) if inputs.len() == region.inputs.len() => Some(program),
        _ => None,
    }
}
