//! Plans: graphs made ready to run, with what the executor looks up a step at a time.

mod bytes;
mod check;
mod explain;
mod memory;
mod step;

pub use memory::Memory;
pub(crate) use step::{Step, Steps, Take};

use crate::expr::{Expr, Program, op_body};
use crate::graph::{Graph, Kind, OpId, Value};
use crate::op::Lower;
use crate::passes::{self, Passes};
use crate::{AttrsRef, Error, Result};
use smallvec::SmallVec;
use std::sync::Arc;

/// A graph in the order in which it runs.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The graph after all passes.
    pub graph: Graph,
    /// For each node, the values that are read there for the last time.
    pub frees: Vec<SmallVec<[Value; 2]>>,
    /// For each node, its regions as scalar programs, where the op takes update rules.
    pub programs: Vec<Vec<Arc<Program>>>,
    /// For each node, its regions as plans, where the op is control flow.
    pub regions: Vec<Vec<Arc<Plan>>>,
    /// From this node on nothing can fail, and buffers that live outside may be written.
    pub commit: usize,
    /// What a run looks up.
    pub(crate) steps: Steps,
}

impl Plan {
    /// Makes a plan of `graph` for a device that has kernels for the ops that `supports` accepts.
    /// The first `results` outputs are what the caller reads; the others are new states of cells.
    ///
    /// # Errors
    /// `UNSUPPORTED` for an op that the device cannot run and that is no composite.
    pub fn new(graph: &Graph, results: usize, passes: &Passes, supports: &dyn Fn(OpId) -> bool) -> Result<Plan> {
        let graph = passes::run(graph, passes, supports)?;
        let (mut graph, mut commit) = passes::order::commit_last(graph, results);
        if passes.join {
            (graph, commit) = passes::join::join(&graph, commit);
        }
        Plan::of(graph, commit, passes, supports)
    }

    fn of(graph: Graph, commit: usize, passes: &Passes, supports: &dyn Fn(OpId) -> bool) -> Result<Plan> {
        let mut regions = vec![Vec::new(); graph.nodes.len()];
        for (node, plans) in graph.nodes.iter().zip(&mut regions) {
            let Kind::Op(op) = node.kind else { continue };
            match op.def().lower {
                Lower::Control => {
                    for region in &node.regions {
                        plans.push(Arc::new(Plan::new(region, region.outputs.len(), passes, supports)?));
                    }
                }
                Lower::View => {}
                _ if supports(op) => {}
                _ => return Err(Error::unsupported("there is no kernel for this op on this device").in_op(op.def().name)),
            }
        }
        Plan::assemble(graph, commit, regions)
    }

    /// A plan of a graph that is ready to run, with plans for the regions of control flow.
    fn assemble(graph: Graph, commit: usize, regions: Vec<Vec<Arc<Plan>>>) -> Result<Plan> {
        let n = graph.nodes.len();
        let mut last: Vec<SmallVec<[usize; 2]>> =
            graph.nodes.iter().map(|node| SmallVec::from_elem(usize::MAX, node.types.len())).collect();
        for (i, node) in graph.nodes.iter().enumerate() {
            for v in node.inputs.iter().flatten() {
                last[v.node as usize][v.out as usize] = i;
            }
        }
        for v in &graph.outputs {
            last[v.node as usize][v.out as usize] = usize::MAX;
        }
        let mut frees = vec![SmallVec::new(); n];
        for (node, outs) in last.iter().enumerate() {
            for (out, &at) in outs.iter().enumerate() {
                if at != usize::MAX {
                    frees[at].push(Value { node: node as u32, out: out as u16 });
                }
            }
        }
        let mut programs = vec![Vec::new(); n];
        for (node, programs) in graph.nodes.iter().zip(&mut programs) {
            if matches!(node.kind, Kind::Op(op) if !matches!(op.def().lower, Lower::Control | Lower::View)) {
                for region in &node.regions {
                    programs.push(Arc::new(region_program(region)?));
                }
            }
        }
        let steps = Steps::new(&graph, &frees, commit);
        Ok(Plan { graph, frees, programs, regions, commit, steps })
    }
}

/// A region of elementwise ops over scalars (an update rule) as a program over its inputs.
///
/// # Errors
/// `UNSUPPORTED` where it holds any other op.
pub fn region_program(region: &Graph) -> Result<Program> {
    if let Some(program) = passes::join::only_program(region) {
        return Ok(Program::clone(program));
    }
    let mut exprs: Vec<Vec<Expr>> = Vec::with_capacity(region.nodes.len());
    let get = |exprs: &Vec<Vec<Expr>>, v: Value| exprs[v.node as usize][v.out as usize].clone();
    for node in &region.nodes {
        exprs.push(match &node.kind {
            Kind::Input(n) => vec![Expr::input(*n as u16, node.types[0].dtype)],
            Kind::Constant(literal) if literal.shape.iter().product::<usize>() == 1 => vec![Expr::literal(literal)],
            Kind::Op(op) if matches!(op.def().lower, Lower::Elementwise(_)) => {
                let inputs: Vec<Expr> = node.inputs.iter().flatten().map(|v| get(&exprs, *v)).collect();
                op_body(AttrsRef { op: op.def(), values: &node.attrs }, &inputs)?
            }
            Kind::Op(op) if matches!(op.def().name, "reshape" | "broadcast_to") => {
                vec![get(&exprs, node.inputs[0].ok_or_else(|| Error::internal("a view of nothing"))?)]
            }
            Kind::Op(op) => {
                return Err(Error::unsupported("an update rule may hold elementwise ops only").in_op(op.def().name));
            }
            _ => return Err(Error::internal("an update rule holds a leaf or a tensor constant")),
        });
    }
    let inputs: Vec<_> = region.inputs.iter().map(|v| region.ty(*v).dtype).collect();
    let outputs: Vec<Expr> = region.outputs.iter().map(|v| get(&exprs, *v)).collect();
    Ok(Program::compile(&inputs, &outputs))
}
