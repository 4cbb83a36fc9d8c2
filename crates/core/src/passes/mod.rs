//! Passes: each a function from graph to graph, with a switch.

pub mod cse;
pub mod expand;
pub mod fuse;
pub mod order;
mod rewrite;

pub use rewrite::{Rewrite, has_effect};

use crate::Result;
use crate::graph::{Graph, OpId};

/// Which passes run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passes {
    /// Compute equal subexpressions once.
    pub cse: bool,
    /// Join elementwise ops into one kernel.
    pub fuse: bool,
}

impl Default for Passes {
    fn default() -> Passes {
        Passes { cse: true, fuse: true }
    }
}

impl Passes {
    /// Only what is needed to run at all.
    pub const NONE: Passes = Passes { cse: false, fuse: false };
}

/// All passes, in order: dead code, composites, equal subexpressions, fusion.
pub fn run(graph: &Graph, passes: &Passes, supports: &dyn Fn(OpId) -> bool) -> Result<Graph> {
    let mut graph = expand::expand(&dead_code(graph)?, supports)?;
    if passes.cse {
        graph = cse::cse(&graph)?;
    }
    graph = dead_code(&graph)?;
    dead_code(&fuse::fuse(&graph, passes.fuse)?)
}

/// The graph without nodes that no output depends on. Inputs and effects stay.
pub fn dead_code(graph: &Graph) -> Result<Graph> {
    let effects = (0..graph.nodes.len()).filter(|&i| rewrite::has_effect(&graph.nodes[i]));
    let roots = graph.outputs.iter().copied().chain(effects.map(|i| crate::Value { node: i as u32, out: 0 }));
    let needed = graph.ancestors(roots);
    let mut rewrite = Rewrite::new(graph);
    for (i, node) in graph.nodes.iter().enumerate() {
        if needed[i] || matches!(node.kind, crate::graph::Kind::Input(_)) {
            rewrite.copy(i);
        }
    }
    Ok(rewrite.finish())
}
