//! Passes: each a function from graph to graph, with a switch.

pub mod algebra;
pub mod cse;
pub mod expand;
pub mod fold;
pub mod fuse;
pub mod join;
pub mod layout;
pub mod order;
mod rewrite;
pub mod scans;

pub use rewrite::{Rewrite, has_effect};

use crate::Result;
use crate::graph::{Graph, OpId};

/// Which passes run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passes {
    /// Compute what depends on constants alone while planning.
    pub fold: bool,
    /// Remove ops that change nothing, and simplify scalar programs.
    pub algebra: bool,
    /// Compute equal subexpressions once, and take the same turns of scans once.
    pub cse: bool,
    /// Join elementwise ops into one kernel.
    pub fuse: bool,
    /// Join scalar programs to the products and reductions beside them.
    pub join: bool,
    /// Only rewrites that keep every bit. Without it a division by a constant becomes a product with its reciprocal, and
    /// a product may read a view where a copy was recorded.
    pub exact: bool,
}

impl Default for Passes {
    fn default() -> Passes {
        Passes { fold: true, algebra: true, cse: true, fuse: true, join: true, exact: true }
    }
}

impl Passes {
    /// Only what is needed to run at all.
    pub const NONE: Passes = Passes { fold: false, algebra: false, cse: false, fuse: false, join: false, exact: true };
}

/// The passes that need not know what writes state, in order: dead code, composites, constants, algebra, equal
/// subexpressions, scans, fusion.
pub fn run(graph: &Graph, passes: &Passes, supports: &dyn Fn(OpId) -> bool) -> Result<Graph> {
    let mut graph = expand::expand(&dead_code(graph)?, supports)?;
    if passes.fold {
        graph = fold::fold(&graph, passes.exact)?;
    }
    if passes.algebra {
        graph = algebra::algebra(&graph, passes.exact)?;
    }
    if passes.cse {
        graph = scans::scans(&cse::cse(&graph)?)?;
    }
    graph = dead_code(&graph)?;
    dead_code(&fuse::fuse(&graph, passes)?)
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
