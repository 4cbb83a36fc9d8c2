//! A plan as text for people: kernels, shapes, bytes.

use super::Plan;
use crate::graph::{Kind, Value};
use std::fmt::Write;

impl Plan {
    /// One line a step: number, kernel, inputs, outputs with their types, what is freed; then totals.
    pub fn explain(&self) -> String {
        let mut text = String::new();
        let name = |v: Value| if v.out == 0 { format!("%{}", v.node) } else { format!("%{}.{}", v.node, v.out) };
        let (mut kernels, mut fused, mut bytes) = (0, 0, 0usize);
        for (i, node) in self.graph.nodes.iter().enumerate() {
            if i == self.commit {
                text.push_str("-- commit: state is written from here on --\n");
            }
            let what = match &node.kind {
                Kind::Input(n) => format!("input {n}"),
                Kind::Leaf(n) => format!("leaf {n}"),
                Kind::Constant(_) => "constant".into(),
                Kind::Fused(p) => {
                    fused += p.insts.len();
                    kernels += 1;
                    format!(
                        "fused[{}]",
                        p.insts.iter().map(|i| format!("{:?}", i.prim).to_lowercase()).collect::<Vec<_>>().join(" ")
                    )
                }
                Kind::Op(op) => {
                    kernels += 1;
                    op.def().name.into()
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
            for ty in &node.types {
                bytes += ty.shape.size().known().unwrap_or(0) * ty.dtype.size();
            }
            for region in &self.regions[i] {
                for line in region.explain().lines() {
                    let _ = writeln!(text, "    {line}");
                }
            }
        }
        let _ = writeln!(text, "{kernels} kernels ({fused} scalar instructions fused), {bytes} bytes of values");
        text
    }
}
