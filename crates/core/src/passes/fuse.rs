//! Elementwise ops that feed each other become one scalar program with several outputs.
//!
//! Members of a group have equal shapes. A node joins the group of a producer when no other of
//! its inputs depends on that group, which keeps the grouped graph free of cycles.

use super::Passes;
use crate::expr::simplify::reciprocals;
use crate::expr::{Expr, Program, op_body, simplify};
use crate::graph::{Graph, Kind, Node, Value};
use crate::op::Lower;
use crate::{AttrsRef, Error, Result};
use smallvec::SmallVec;
use std::sync::Arc;

/// Largest number of instructions of one program.
const MAX_INSTS: usize = 128;
/// Largest number of tensors that one program reads.
const MAX_INPUTS: usize = 32;

/// Turns every elementwise op into a program; with `passes.fuse`, as few programs as the rule above allows.
pub fn fuse(graph: &Graph, passes: &Passes) -> Result<Graph> {
    let groups = Groups::find(graph, passes.fuse);
    build(graph, &groups, passes)
}

pub(super) fn is_elementwise(node: &Node) -> bool {
    matches!(node.kind, Kind::Op(op) if matches!(op.def().lower, Lower::Elementwise(_)))
}

struct Groups {
    /// Group of each node, `u32::MAX` for none.
    of: Vec<u32>,
    members: Vec<Vec<u32>>,
}

/// Sets of nodes as bits.
struct Bits(Vec<u64>);

impl Bits {
    fn new(n: usize) -> Bits {
        Bits(vec![0; n.div_ceil(64)])
    }
    fn set(&mut self, i: u32) {
        self.0[i as usize / 64] |= 1 << (i % 64);
    }
    fn has(&self, i: u32) -> bool {
        self.0[i as usize / 64] >> (i % 64) & 1 == 1
    }
    fn meets(&self, other: &Bits) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }
    fn join(&mut self, other: &Bits) {
        for (a, b) in self.0.iter_mut().zip(&other.0) {
            *a |= b;
        }
    }
}

impl Groups {
    fn find(graph: &Graph, join: bool) -> Groups {
        let n = graph.nodes.len();
        let mut groups = Groups { of: vec![u32::MAX; n], members: Vec::new() };
        // What each node depends on. Nodes of one group depend on everything that any of them does, and on each other.
        let mut above: Vec<Bits> = Vec::with_capacity(n);
        for (i, node) in graph.nodes.iter().enumerate() {
            let mut mine = Bits::new(n);
            for v in node.inputs.iter().flatten() {
                mine.set(v.node);
                mine.join(&above[v.node as usize]);
            }
            above.push(mine);
            if !is_elementwise(node) {
                continue;
            }
            let mut group = None;
            if join {
                for v in node.inputs.iter().flatten() {
                    let g = groups.of[v.node as usize];
                    if g != u32::MAX && Some(g) != group && groups.can_join(graph, &above, g, i, group) {
                        group = Some(match group {
                            None => g,
                            Some(first) => groups.merge(first, g),
                        });
                    }
                }
            }
            let g = group.unwrap_or_else(|| {
                groups.members.push(Vec::new());
                groups.members.len() as u32 - 1
            });
            groups.of[i] = g;
            groups.members[g as usize].push(i as u32);
            groups.spread(&mut above, g);
        }
        groups
    }

    /// Makes what the members of `g` depend on, and all members, that of each member and of every node that depends on one.
    /// Without this a node that was looked at before a member joined would seem not to depend on it.
    fn spread(&self, above: &mut [Bits], g: u32) {
        let members = &self.members[g as usize];
        let [first, .., _] = members[..] else { return };
        let (mut own, mut all) = (Bits::new(self.of.len()), Bits::new(self.of.len()));
        for &m in members {
            own.set(m);
            all.join(&above[m as usize]);
        }
        all.join(&own);
        let first = members.iter().copied().min().unwrap_or(first);
        for (y, above) in above.iter_mut().enumerate().skip(first as usize) {
            if own.has(y as u32) || above.meets(&own) {
                above.join(&all);
            }
        }
    }

    /// May node `i` (already in `with`, if any) join group `g`?
    fn can_join(&self, graph: &Graph, above: &[Bits], g: u32, i: usize, with: Option<u32>) -> bool {
        let members = &self.members[g as usize];
        let shape = |n: u32| &graph.nodes[n as usize].types[0].shape;
        let own: &[u32] = with.map_or(&[], |w| &self.members[w as usize]);
        if shape(members[0]) != shape(i as u32) || members.len() + own.len() + 1 > MAX_INSTS / 2 {
            return false;
        }
        // No path from the group to the node (or to the group it is in) through anything outside.
        let leaves = |m: u32, inside: &dyn Fn(u32) -> bool| {
            graph.nodes[m as usize]
                .inputs
                .iter()
                .flatten()
                .map(|v| v.node)
                .filter(|n| !inside(*n))
                .collect::<SmallVec<[u32; 4]>>()
        };
        let inside = |n: u32| self.of[n as usize] == g || with.is_some_and(|w| self.of[n as usize] == w);
        let mut inputs = leaves(i as u32, &inside);
        for m in members.iter().chain(own) {
            inputs.extend(leaves(*m, &inside));
        }
        if inputs.len() > MAX_INPUTS * 2 {
            return false;
        }
        inputs.iter().all(|&x| members.iter().chain(own).all(|&m| !above[x as usize].has(m)))
    }

    fn merge(&mut self, a: u32, b: u32) -> u32 {
        let moved = std::mem::take(&mut self.members[b as usize]);
        for m in &moved {
            self.of[*m as usize] = a;
        }
        self.members[a as usize].extend(moved);
        self.members[a as usize].sort_unstable();
        a
    }
}

/// Emits nodes in an order in which each unit (a node, or a group) comes after all it reads.
fn build(graph: &Graph, groups: &Groups, passes: &Passes) -> Result<Graph> {
    let mut emit = Emit {
        graph,
        groups,
        passes: *passes,
        rewrite: super::Rewrite::new(graph),
        done: vec![false; graph.nodes.len()],
        open: vec![false; graph.nodes.len()],
        needed: vec![SmallVec::new(); graph.nodes.len()],
    };
    for (i, node) in graph.nodes.iter().enumerate() {
        for v in node.inputs.iter().flatten() {
            if groups.of[i] == u32::MAX || groups.of[i] != groups.of[v.node as usize] {
                emit.needed[v.node as usize].push(v.out);
            }
        }
    }
    for v in &graph.outputs {
        emit.needed[v.node as usize].push(v.out);
    }
    // Inputs keep their order, so they go first; everything else follows what it reads.
    for i in graph.inputs.iter().map(|v| v.node).chain(0..graph.nodes.len() as u32) {
        emit.visit(i)?;
    }
    Ok(emit.rewrite.finish())
}

struct Emit<'g> {
    graph: &'g Graph,
    groups: &'g Groups,
    passes: Passes,
    rewrite: super::Rewrite<'g>,
    done: Vec<bool>,
    /// Whose inputs are being visited.
    open: Vec<bool>,
    needed: Vec<SmallVec<[u16; 2]>>,
}

impl Emit<'_> {
    fn visit(&mut self, root: u32) -> Result<()> {
        let mut stack = vec![(root, false)];
        while let Some((n, ready)) = stack.pop() {
            if self.done[n as usize] {
                continue;
            }
            let g = self.groups.of[n as usize];
            let alone = [n];
            let unit: &[u32] = if g == u32::MAX { &alone } else { &self.groups.members[g as usize] };
            if ready {
                if g == u32::MAX {
                    self.rewrite.copy(n as usize);
                    self.done[n as usize] = true;
                } else {
                    self.group(unit)?;
                }
                continue;
            }
            if unit.iter().any(|&m| std::mem::replace(&mut self.open[m as usize], true)) {
                return Err(Error::internal("fused groups that need each other"));
            }
            stack.push((n, true));
            for &m in unit {
                for v in self.graph.nodes[m as usize].inputs.iter().flatten() {
                    if !self.done[v.node as usize] && (g == u32::MAX || self.groups.of[v.node as usize] != g) {
                        stack.push((v.node, false));
                    }
                }
            }
        }
        Ok(())
    }

    fn group(&mut self, members: &[u32]) -> Result<()> {
        let mut inputs: Vec<Value> = Vec::new();
        let mut dtypes = Vec::new();
        let mut exprs: Vec<(u32, Vec<Expr>)> = Vec::new();
        let mut results: Vec<(Value, Expr)> = Vec::new();
        for &m in members {
            let node = &self.graph.nodes[m as usize];
            let Kind::Op(op) = node.kind else { return Err(Error::internal("a group holds a source")) };
            let mut args = Vec::new();
            for v in node.inputs.iter().flatten() {
                if let Some((_, e)) = exprs.iter().find(|(n, _)| *n == v.node) {
                    args.push(e[v.out as usize].clone());
                    continue;
                }
                let dtype = self.graph.ty(*v).dtype;
                if let Kind::Constant(literal) = &self.graph.node(*v).kind
                    && literal.shape.iter().product::<usize>() == 1
                    && literal.shape.len() <= node.types[0].shape.rank()
                {
                    args.push(Expr::literal(literal));
                    continue;
                }
                let at = inputs.iter().position(|w| w == v).unwrap_or_else(|| {
                    inputs.push(*v);
                    dtypes.push(dtype);
                    inputs.len() - 1
                });
                args.push(Expr::input(at as u16, dtype));
            }
            let outs = op_body(AttrsRef { op: op.def(), values: &node.attrs }, &args)?;
            for &out in &self.needed[m as usize] {
                let v = Value { node: m, out };
                if !results.iter().any(|(r, _)| *r == v) {
                    results.push((v, outs[out as usize].clone()));
                }
            }
            exprs.push((m, outs));
            self.done[m as usize] = true;
        }
        let clean = |e: &Expr| match (self.passes.algebra, self.passes.exact) {
            (false, true) => e.clone(),
            (true, true) => simplify(e),
            (_, false) => reciprocals(&simplify(e)),
        };
        let outputs: Vec<Expr> = results.iter().map(|(_, e)| clean(e)).collect();
        let program = Program::compile(&dtypes, &outputs);
        let at = self.rewrite.new.nodes.len() as u32;
        self.rewrite.new.nodes.push(Node {
            kind: Kind::Fused(Arc::new(program)),
            attrs: SmallVec::new(),
            inputs: inputs.iter().map(|v| Some(self.rewrite.get(*v))).collect(),
            regions: SmallVec::new(),
            types: results.iter().map(|(v, _)| self.graph.ty(*v).clone()).collect(),
        });
        for (out, (v, _)) in results.iter().enumerate() {
            self.rewrite.set(*v, Value { node: at, out: out as u16 });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Builder, DType, Shape, Type};

    #[test]
    fn groups_that_would_need_each_other_stay_apart() {
        let mut graph = Graph::new();
        let x = graph.input(Type::new(DType::F32, Shape::of(&[3, 3])));
        let mut b = Builder::new(&mut graph);
        let mut op = |name: &str, inputs: &[Value]| b.op(name, inputs, &[]).expect(name);
        let (p, q) = (op("neg", &[x]), op("exp", &[x]));
        let (p_turned, q_turned) = (op("transpose", &[p]), op("transpose", &[q]));
        // Each sum could join the producer of its first operand, but not both could.
        let (left, right) = (op("add", &[p, q_turned]), op("add", &[q, p_turned]));
        graph.outputs = vec![left, right];
        let fused = fuse(&graph, &Passes::default()).expect("an order exists");
        for (i, node) in fused.nodes.iter().enumerate() {
            assert!(node.inputs.iter().flatten().all(|v| (v.node as usize) < i), "node {i} reads what comes after it");
        }
    }
}
