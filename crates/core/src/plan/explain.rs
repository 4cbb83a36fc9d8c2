//! A plan as text for people: kernels, buffers, bytes, segments, fallbacks.

use super::{Memory, Plan};
use crate::expr::Program;
use crate::graph::{Kind, Node, Value};
use crate::op::Lower;
use std::fmt::Write;

impl Plan {
    /// One line a step: number, kernel, inputs, outputs with their types, what is freed; then totals. `states` are the
    /// numbers of the inputs that are variables, `device` the name of where it runs.
    pub fn explain(&self, states: &[usize], device: &str) -> String {
        let mut text = self.steps();
        let (kernels, programs) = self.kernels();
        let _ = writeln!(text, "{kernels} kernels, {programs} scalar instructions fused");
        let _ = writeln!(text, "{} on {device}; fallbacks: none", count(self.segments(), "segment"));
        match self.memory(states) {
            None => text.push_str("bytes: known once sizes are bound\n"),
            Some(Memory { arguments, parameters, slots, gradients, saved, largest, peak }) => {
                let _ = writeln!(
                    text,
                    "bytes: arguments {arguments}, parameters {parameters}, slots {slots}, gradients {gradients}, \
                     saved activations {saved}, largest kernel {largest}, planned peak {peak}"
                );
            }
        }
        text
    }

    /// Parts that run without waiting: a branch, a loop condition and a size that depends on data each end one.
    fn segments(&self) -> usize {
        let known = |node: &Node| node.types.iter().all(|t| t.shape.dims().iter().all(|d| self.bound_by_inputs(d)));
        let waits = self.graph.nodes.iter().filter(|node| match &node.kind {
            Kind::Op(op) => matches!(op.def().name, "cond" | "while_loop") || !known(node),
            _ => false,
        });
        1 + waits.count()
    }

    /// Does the size follow from the sizes of the inputs?
    fn bound_by_inputs(&self, d: &crate::Dim) -> bool {
        let mut symbols = vec![None; self.graph.symbols as usize];
        for v in &self.graph.inputs {
            for d in self.graph.ty(*v).shape.dims() {
                if let crate::Dim::Expr(e) = d
                    && let crate::shape::DimExpr::Sym(s) = &**e
                {
                    symbols[*s as usize] = Some(1);
                }
            }
        }
        d.eval(&symbols).is_some()
    }

    /// Number of kernels and of fused instructions, those of regions included.
    fn kernels(&self) -> (usize, usize) {
        let (mut kernels, mut programs) = (0, 0);
        for (i, node) in self.graph.nodes.iter().enumerate() {
            match &node.kind {
                Kind::Fused(p) => {
                    kernels += 1;
                    programs += p.insts.len();
                }
                Kind::Op(op) if !matches!(op.def().lower, Lower::View) => {
                    kernels += 1;
                    programs += self.programs[i].iter().map(|p| p.insts.len()).sum::<usize>();
                }
                _ => {}
            }
            for region in &self.regions[i] {
                let (k, p) = region.kernels();
                kernels += k;
                programs += p;
            }
        }
        (kernels, programs)
    }

    fn steps(&self) -> String {
        let mut text = String::new();
        let name = |v: Value| if v.out == 0 { format!("%{}", v.node) } else { format!("%{}.{}", v.node, v.out) };
        for (i, node) in self.graph.nodes.iter().enumerate() {
            if i == self.commit {
                text.push_str("-- commit: state is written from here on --\n");
            }
            let what = match &node.kind {
                Kind::Input(n) => format!("input {n}"),
                Kind::Leaf(n) => format!("leaf {n}"),
                Kind::Constant(_) => "constant".into(),
                Kind::Fused(p) => format!("fused{}", spelled(p)),
                Kind::Op(op) => {
                    let programs: Vec<_> = self.programs[i].iter().filter(|p| !p.insts.is_empty()).map(|p| spelled(p)).collect();
                    format!("{}{}", op.def().name, programs.concat())
                }
            };
            let inputs: Vec<_> = node.inputs.iter().map(|v| v.map_or("-".into(), name)).collect();
            let types: Vec<_> = node.types.iter().map(ToString::to_string).collect();
            let freed: Vec<_> = self.frees[i].iter().map(|v| name(*v)).collect();
            let _ = write!(text, "%{i} = {what}({}) : {}", inputs.join(", "), types.join(", "));
            if !freed.is_empty() {
                let _ = write!(text, "  frees {}", freed.join(" "));
            }
            text.push('\n');
            for region in &self.regions[i] {
                for line in region.steps().lines() {
                    let _ = writeln!(text, "    {line}");
                }
            }
        }
        text
    }
}

/// The primitives of a program in order: `[add tanh]`.
fn spelled(program: &Program) -> String {
    let prims: Vec<_> = program.insts.iter().map(|i| format!("{:?}", i.prim).to_lowercase()).collect();
    format!("[{}]", prims.join(" "))
}

fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
