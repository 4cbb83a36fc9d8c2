//! Running what was recorded outside of `jit`: straight from the graph, without passes.

use crate::engine::{Unsettled, settle};
use crate::fault;
use crate::frame::{Leaf, Places};
use crate::session::Session;
use crate::slots::State;
use crate::{Cpu, Engine, Error, Promise, Result, Tensor};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::cell::RefCell;
use std::sync::Arc;
use talray_core::backend::{Backend, Given, Inputs, OutputSpec, Results, Work, present};
use talray_core::exec::{Run, Symbols, check, run_op};
use talray_core::expr::{Program, op_program};
use talray_core::graph::{Graph, Kind, Node, OpId};
use talray_core::op::Lower;
use talray_core::passes::join::{Joins, joins};
use talray_core::passes::{Passes, Rewrite};
use talray_core::plan::Plan;
use talray_core::{Attrs, AttrsRef, DType, Dim, Type, Value, ops};
use talray_kernels_cpu::memory::Buffer;

/// Element operations for each output whose size is not bound.
const MUCH: u64 = 1 << 40;
/// Multiplications of a product that take as long as an element operation.
const MULTIPLICATIONS: u64 = 32;

impl Session {
    /// Runs everything that is recorded and still has a handle.
    ///
    /// # Errors
    /// Only `INTERNAL`; failures of ops reach those who read.
    pub fn flush(&mut self) -> Result<()> {
        let id = self.frames[0].id;
        let all: Vec<u32> = self.slots.pending(id).map(|(i, _)| i).collect();
        if all.is_empty() { Ok(()) } else { self.realise(&all) }
    }

    /// Computes these slots of the eager graph, and keeps whatever they need that has a handle.
    pub(crate) fn realise(&mut self, targets: &[u32]) -> Result<()> {
        let id = self.frames[0].id;
        let pending = |session: &Session, i: u32| match session.slots.get(i) {
            s if !s.live => None,
            s => match s.state {
                State::Pending { frame, value } if frame == id => Some(value),
                _ => None,
            },
        };
        let roots: Vec<Value> = targets.iter().filter_map(|i| pending(self, *i)).collect();
        if roots.is_empty() {
            return Ok(());
        }
        let needed = self.frames[0].graph.ancestors(roots);
        let mut recorded = std::mem::take(&mut self.recorded);
        recorded.sort_unstable();
        recorded.dedup();
        let (mut kept, mut rest) = (Vec::new(), Vec::new());
        for i in recorded {
            match pending(self, i) {
                Some(value) if needed[value.node as usize] => kept.push((i, value)),
                Some(_) => rest.push(i),
                None => {}
            }
        }
        let values: Vec<Value> = kept.iter().map(|(_, v)| *v).collect();
        let work = cost(&self.frames[0].graph, &needed);
        let promises: Vec<Arc<Promise>> = if self.engine.takes_at_once(work) {
            let (cpu, frame) = (&self.engine.cpu, &self.frames[0]);
            match interpret(cpu, &frame.graph, &needed, &frame.leaves, &values) {
                Ok(tensors) => tensors.into_iter().map(Promise::ready).collect(),
                Err(e) => {
                    let e = locate(e, cpu, &frame.graph, &frame.places, &frame.leaves, &values);
                    values.iter().map(|_| Promise::of(Err(e.clone()))).collect()
                }
            }
        } else {
            self.queue(needed, values)?
        };
        for ((i, _), promise) in kept.iter().zip(promises) {
            self.slots.settle(*i, promise);
        }
        self.recorded = rest;
        if self.held == 0 {
            self.compact(&kept)?;
        } else {
            // Gradients may still go through what was computed: the graph stays, and the slots
            // remember where in it they stand.
            let epoch = self.frames[0].epoch;
            for (i, value) in kept {
                self.slots.get_mut(i).leaf = Some((epoch, value));
            }
        }
        Ok(())
    }

    /// Queues the computation of `values` of the eager graph; gives their promises.
    fn queue(&self, needed: Vec<bool>, values: Vec<Value>) -> Result<Vec<Arc<Promise>>> {
        let frame = &self.frames[0];
        let (graph, places) = (frame.graph.clone(), frame.places.clone());
        let leaves: Vec<Leaf> = frame.leaves.iter().map(|l| Leaf { promise: l.promise.clone() }).collect();
        let promises: Vec<Arc<Promise>> = values.iter().map(|_| Promise::open()).collect();
        let (ticket, settled) = (self.ticket.clone(), promises.clone());
        self.engine.submit(move |engine: &Engine| {
            let guard = Unsettled(settled);
            if !ticket.cancelled() {
                let outcome = interpret(&engine.cpu, &graph, &needed, &leaves, &values);
                settle(&guard.0, outcome.map_err(|e| locate(e, &engine.cpu, &graph, &places, &leaves, &values)));
            }
        })?;
        Ok(promises)
    }

    /// Drops what no pending handle needs; values that were just computed become leaves.
    fn compact(&mut self, kept: &[(u32, Value)]) -> Result<()> {
        let epoch = self.epoch();
        let rest = std::mem::take(&mut self.recorded);
        let place = self.place.clone();
        let frame = &mut self.frames[0];
        let old_places = std::mem::take(&mut frame.places);
        frame.epoch = epoch;
        frame.bytes = 0;
        frame.known.clear();
        if rest.is_empty() {
            frame.graph.nodes.clear();
            frame.graph.equal.clear();
            frame.graph.symbols = 0;
            frame.leaves.clear();
            frame.places.from(0, place);
            return Ok(());
        }
        let mut places = Places::default();
        let old = std::mem::take(&mut frame.graph);
        let leaves = std::mem::take(&mut frame.leaves);
        let computed: FxHashMap<Value, u32> = kept.iter().map(|(i, v)| (*v, *i)).collect();
        let values: Vec<(u32, Value)> = rest
            .iter()
            .filter_map(|i| match self.slots.get(*i).state {
                State::Pending { value, .. } => Some((*i, value)),
                State::Ready(_) => None,
            })
            .collect();
        let done = |n: usize| {
            let outs = old.nodes[n].types.len() as u16;
            (0..outs).all(|out| computed.contains_key(&Value { node: n as u32, out }))
        };
        let mut needed = vec![false; old.nodes.len()];
        values.iter().for_each(|(_, v)| needed[v.node as usize] = true);
        for n in (0..old.nodes.len()).rev() {
            if needed[n] && !done(n) {
                old.nodes[n].inputs.iter().flatten().for_each(|v| needed[v.node as usize] = true);
            }
        }
        let mut rewrite = Rewrite::new(&old);
        let mut fresh: Vec<Leaf> = Vec::new();
        for (n, node) in old.nodes.iter().enumerate().filter(|(n, _)| needed[*n]) {
            let mut outside = |rewrite: &mut Rewrite<'_>, promise: Arc<Promise>, v: Value| {
                fresh.push(Leaf { promise });
                let leaf = rewrite.new.leaf(fresh.len() as u32 - 1, old.ty(v).clone());
                rewrite.set(v, leaf);
                leaf
            };
            if let Kind::Leaf(l) = node.kind {
                outside(&mut rewrite, leaves[l as usize].promise.clone(), Value { node: n as u32, out: 0 });
            } else if done(n) {
                for out in 0..node.types.len() as u16 {
                    let v = Value { node: n as u32, out };
                    let i = computed[&v];
                    if let State::Ready(promise) = &self.slots.get(i).state {
                        let leaf = outside(&mut rewrite, promise.clone(), v);
                        self.slots.get_mut(i).leaf = Some((epoch, leaf));
                    }
                }
            } else {
                places.from(rewrite.new.nodes.len(), old_places.of(n as u32).cloned());
                rewrite.copy(n);
            }
        }
        places.from(rewrite.new.nodes.len(), place);
        for (i, v) in &values {
            let value = rewrite.get(*v);
            let slot = self.slots.get_mut(*i);
            if let State::Pending { value: at, .. } = &mut slot.state {
                *at = value;
            }
        }
        let frame = &mut self.frames[0];
        frame.graph = rewrite.new;
        let leaves = frame.graph.nodes.iter().enumerate().filter_map(|(n, node)| match node.kind {
            Kind::Leaf(l) => Some((Arc::as_ptr(&fresh[l as usize].promise) as usize, Value { node: n as u32, out: 0 })),
            _ => None,
        });
        frame.known = leaves.collect();
        frame.leaves = fresh;
        frame.places = places;
        self.recorded = rest;
        Ok(())
    }
}

/// Adds to an error where it began.
fn locate(error: Error, cpu: &Cpu, graph: &Graph, places: &Places, leaves: &[Leaf], roots: &[Value]) -> Error {
    // What failed further up has said where.
    let needed = graph.ancestors(roots.iter().copied());
    let failed = |node: &Node| matches!(node.kind, Kind::Leaf(l) if leaves[l as usize].promise.get().is_some_and(Result::is_err));
    if graph.nodes.iter().zip(&needed).any(|(node, n)| *n && failed(node)) {
        return error;
    }
    let mut source = |kind: &Kind| match kind {
        Kind::Leaf(l) => leaf(&leaves[*l as usize]).ok(),
        _ => None,
    };
    fault::locate(error, cpu, graph, places, roots, &mut source, &|_| "a tensor".into())
}

/// Element operations of the needed nodes, roughly.
pub(crate) fn cost(graph: &Graph, needed: &[bool]) -> u64 {
    let none = Symbols::default();
    graph.nodes.iter().zip(needed).filter(|(_, n)| **n).map(|(node, _)| node_cost(graph, node, &none)).sum()
}

/// Element operations of a node, roughly; much where a size is not bound.
pub(crate) fn node_cost(graph: &Graph, node: &Node, symbols: &Symbols) -> u64 {
    let bound = |ty: &Type| ty.shape.eval(&symbols.0).map(|sizes| sizes.iter().fold(1usize, |all, n| all.saturating_mul(*n)));
    let elements = |ty: &Type| ty.shape.known_size().or_else(|| bound(ty)).map_or(MUCH, |n| (n as u64).min(MUCH));
    let out: u64 = node.types.iter().map(elements).sum();
    match &node.kind {
        Kind::Op(op) if matches!(op.def().lower, Lower::View) => 0,
        Kind::Op(op) if matches!(op.def().lower, Lower::Elementwise(_)) => out,
        Kind::Fused(p) => out * p.insts.len().max(1) as u64,
        Kind::Op(op) => {
            let read = || node.inputs.iter().flatten().map(|v| elements(graph.ty(*v)));
            let most = read().max().unwrap_or(0);
            match joins(*op) {
                Some(Joins::Product(operands)) => {
                    // Of m·k and k·n elements to m·n ones, m·k·n multiplications.
                    let all: f64 = read().take(operands).map(|n| n as f64).product();
                    (most.max(out) * 2).max((all * out as f64).sqrt() as u64 / MULTIPLICATIONS)
                }
                _ if node.inputs.len() >= 2 => most.max(out) * 2,
                _ => most + out,
            }
        }
        _ => 0,
    }
}

/// Runs the needed nodes in order; gives `keep`.
fn interpret(cpu: &Cpu, graph: &Graph, needed: &[bool], leaves: &[Leaf], keep: &[Value]) -> Result<Vec<Tensor>> {
    let direct = |node: &Node| match &node.kind {
        Kind::Op(op) => match op.def().lower {
            Lower::Control => false,
            Lower::Composite(_) => cpu.supports(*op),
            _ => node.regions.is_empty(),
        },
        _ => true,
    };
    let static_shapes = graph.symbols == 0;
    if !static_shapes || !graph.nodes.iter().zip(needed).all(|(node, n)| !n || direct(node)) {
        return by_plan(cpu, graph, leaves, keep);
    }
    let mut uses: Vec<u32> = vec![0; graph.nodes.len()];
    for (node, _) in graph.nodes.iter().zip(needed).filter(|(_, n)| **n) {
        node.inputs.iter().flatten().for_each(|v| uses[v.node as usize] += 1);
    }
    keep.iter().for_each(|v| uses[v.node as usize] += 1);
    let mut values: Vec<SmallVec<[Option<Tensor>; 1]>> = Vec::with_capacity(graph.nodes.len());
    for (i, node) in graph.nodes.iter().enumerate() {
        let mut made: SmallVec<[Option<Tensor>; 1]> = SmallVec::new();
        if needed[i] {
            match &node.kind {
                Kind::Leaf(l) => made.push(Some(leaf(&leaves[*l as usize])?)),
                Kind::Constant(c) => made.push(Some(cpu.upload(&c.bytes, c.dtype, &c.shape)?)),
                Kind::Op(op) => {
                    made.resize(node.types.len(), None);
                    step(cpu, *op, node, &mut values, &mut uses, &mut made).map_err(|e| check::located(e, graph, i))?;
                }
                Kind::Input(_) | Kind::Fused(_) => return Err(Error::internal("an eager graph holds only leaves and ops")),
            }
        }
        values.push(made);
    }
    keep.iter()
        .map(|v| values[v.node as usize][v.out as usize].clone().ok_or_else(|| Error::internal("a kept value was freed")))
        .collect()
}

fn leaf(leaf: &Leaf) -> Result<Tensor> {
    match leaf.promise.get() {
        Some(outcome) => outcome.clone(),
        None => leaf.promise.wait().clone(),
    }
}

fn step(
    cpu: &Cpu,
    op: OpId,
    node: &Node,
    values: &mut [SmallVec<[Option<Tensor>; 1]>],
    uses: &mut [u32],
    results: Results<'_, Buffer>,
) -> Result<()> {
    let def = op.def();
    let mut inputs: Inputs<'_, Buffer> = SmallVec::with_capacity(node.inputs.len());
    for v in &node.inputs {
        inputs.push(match v {
            None => Given::Absent,
            Some(v) => {
                let left = &mut uses[v.node as usize];
                *left -= 1;
                let place = &mut values[v.node as usize];
                // Nobody reads the node again: its tensor moves, and its buffer may be reused.
                let tensor = if *left == 0 && place.len() == 1 { place[0].take() } else { place[v.out as usize].clone() };
                Given::Moved(tensor.ok_or_else(|| Error::internal("a value was freed too early"))?)
            }
        });
    }
    let run = || {
        let outputs = outputs(node, &inputs)?;
        if matches!(def.lower, Lower::Elementwise(_)) {
            let mut dtypes: SmallVec<[DType; 4]> = SmallVec::new();
            present(&inputs).for_each(|t| dtypes.push(t.dtype));
            let program = program(op, &node.attrs, &dtypes)?;
            return cpu.run(Work::Map(&program), inputs, &outputs, results);
        }
        run_op(cpu, op, AttrsRef { op: def, values: &node.attrs }, &[], inputs, &outputs, results)
    };
    run().map_err(|e| e.in_op(def.name))
}

/// What a node is to make. An output that lies as an input does shares its layout.
fn outputs(node: &Node, inputs: &Inputs<'_, Buffer>) -> Result<SmallVec<[OutputSpec; 2]>> {
    let spec = |ty: &Type| {
        let alike = |t: &&Tensor| {
            let sizes = ty.shape.dims().iter().zip(t.shape());
            t.layout.offset == 0
                && ty.shape.rank() == t.shape().len()
                && sizes.clone().all(|(d, n)| *d == Dim::Known(*n))
                && t.layout.is_contiguous()
        };
        if let Some(t) = present(inputs).find(alike) {
            return Ok(OutputSpec { dtype: ty.dtype, layout: t.layout.clone() });
        }
        let shape = ty.shape.known().ok_or_else(|| Error::internal("an unknown size in a static graph"))?;
        Ok(OutputSpec::new(ty.dtype, &shape))
    };
    let mut specs = SmallVec::new();
    for ty in &node.types {
        specs.push(spec(ty)?);
    }
    Ok(specs)
}

/// A program with the dtypes and attributes that it was compiled for.
type Compiled = (SmallVec<[DType; 4]>, Attrs, Arc<Program>);

/// Most programs that a thread keeps of one op.
const KEPT: usize = 64;

thread_local! {
    /// For each op, its programs.
    static PROGRAMS: RefCell<Vec<Vec<Compiled>>> = const { RefCell::new(Vec::new()) };
}

/// The compiled body of an elementwise op over these dtypes.
fn program(op: OpId, attrs: &Attrs, dtypes: &[DType]) -> Result<Arc<Program>> {
    PROGRAMS.with_borrow_mut(|programs| {
        if programs.is_empty() {
            programs.resize_with(ops::OPS.len(), Vec::new);
        }
        let known = &mut programs[usize::from(op.0)];
        if let Some((.., program)) = known.iter().find(|(d, a, _)| d.as_slice() == dtypes && a == attrs) {
            return Ok(program.clone());
        }
        let program = Arc::new(op_program(AttrsRef { op: op.def(), values: attrs }, dtypes)?);
        if known.len() == KEPT {
            known.clear();
        }
        known.push((dtypes.into(), attrs.clone(), program.clone()));
        Ok(program)
    })
}

/// The general way: composites, control flow and data-dependent sizes go through a plan.
fn by_plan(cpu: &Cpu, graph: &Graph, leaves: &[Leaf], keep: &[Value]) -> Result<Vec<Tensor>> {
    let needed = graph.ancestors(keep.iter().copied());
    let mut rewrite = Rewrite::new(graph);
    let mut inputs = Vec::new();
    for (i, node) in graph.nodes.iter().enumerate().filter(|(i, _)| needed[*i]) {
        if let Kind::Leaf(l) = node.kind {
            let tensor = leaf(&leaves[l as usize])?;
            let v = rewrite.new.input(node.types[0].clone());
            rewrite.set(Value { node: i as u32, out: 0 }, v);
            inputs.push(tensor);
        } else {
            rewrite.copy(i);
        }
    }
    rewrite.new.outputs = keep.iter().map(|v| rewrite.get(*v)).collect();
    let plan = Plan::new(&rewrite.new, keep.len(), &Passes::NONE, &|op| cpu.supports(op))?;
    Run::new(Arc::new(plan), inputs)?.finish(cpu)
}
