//! One graph being executed: its values, where it stands, and what it waits for.

use super::check;
use super::control::{Control, Next};
use super::shapes::Symbols;
use crate::backend::{Backend, Inputs, OutputSpec, Tensor, Work};
use crate::graph::view::{self, Layout};
use crate::graph::{Kind, Node, OpId, Value};
use crate::op::Lower;
use crate::plan::Plan;
use crate::{AttrsRef, Error, Result};
use smallvec::SmallVec;
use std::sync::Arc;

/// How far a run came.
pub enum Progress<B: Backend> {
    /// It waits for a read; call `advance` again later.
    Waiting,
    /// (Inside the executor) a region is to be run first.
    #[doc(hidden)]
    Enter(Box<Frame<B>>),
    /// It ended with these results.
    Done(Vec<Tensor<B::Buffer>>),
}

/// The outputs of one node, as far as they are there and still wanted.
type Outputs<B> = SmallVec<[Option<Tensor<<B as Backend>::Buffer>>; 1]>;

/// The state of one graph in execution.
pub struct Frame<B: Backend> {
    plan: Arc<Plan>,
    at: usize,
    values: Vec<Outputs<B>>,
    symbols: Symbols,
    control: Option<Control<B>>,
}

impl<B: Backend> Frame<B> {
    pub(super) fn new(plan: Arc<Plan>, inputs: Vec<Tensor<B::Buffer>>) -> Result<Frame<B>> {
        let graph = &plan.graph;
        if inputs.len() != graph.inputs.len() {
            return Err(Error::internal(format!("a plan of {} inputs was given {}", graph.inputs.len(), inputs.len())));
        }
        let mut symbols = Symbols::new(graph.symbols);
        let mut values: Vec<Outputs<B>> = Vec::with_capacity(graph.nodes.len());
        values.resize_with(graph.nodes.len(), SmallVec::new);
        for (i, (tensor, v)) in inputs.into_iter().zip(&graph.inputs).enumerate() {
            let ty = graph.ty(*v);
            if ty.dtype != tensor.dtype {
                return Err(Error::dtype(format!("input {i}: expected {}, received {}", ty.dtype, tensor.dtype)));
            }
            symbols.bind(&ty.shape, tensor.shape(), &format!("input {i}"))?;
            values[v.node as usize].push(plan.uses(*v).then_some(tensor));
        }
        symbols.check(graph)?;
        Ok(Frame { plan, at: 0, values, symbols, control: None })
    }

    fn get(&self, v: Value) -> Result<&Tensor<B::Buffer>> {
        self.values[v.node as usize]
            .get(v.out as usize)
            .and_then(Option::as_ref)
            .ok_or_else(|| Error::internal(format!("value {}.{} is not there", v.node, v.out)))
    }

    /// The inputs of node `at`; values that it uses last are moved out.
    fn inputs(&mut self, node: &Node) -> Result<Inputs<B::Buffer>> {
        let mut inputs: Inputs<B::Buffer> = SmallVec::with_capacity(node.inputs.len());
        for v in &node.inputs {
            inputs.push(match v {
                None => None,
                Some(v) => Some(self.get(*v)?.clone()),
            });
        }
        let plan = self.plan.clone();
        for v in &plan.frees[self.at] {
            self.values[v.node as usize][v.out as usize] = None;
        }
        Ok(inputs)
    }

    fn put(&mut self, results: impl IntoIterator<Item = Tensor<B::Buffer>>) {
        let plan = self.plan.clone();
        let node = self.at as u32;
        self.values[self.at] =
            results.into_iter().enumerate().map(|(i, t)| plan.uses(Value { node, out: i as u16 }).then_some(t)).collect();
    }

    /// The results of the region that this frame entered.
    pub(super) fn returned(&mut self, results: Vec<Tensor<B::Buffer>>) -> Result<()> {
        match &mut self.control {
            Some(control) => control.returned(results),
            None => Err(Error::internal("a region returned to a frame that entered none")),
        }
    }

    pub(super) fn advance(&mut self, backend: &B, guard: &mut Vec<Tensor<B::Buffer>>) -> Result<Progress<B>> {
        let plan = self.plan.clone();
        while let Some(node) = plan.graph.nodes.get(self.at) {
            if self.at == plan.commit {
                guard.clear();
            }
            match &node.kind {
                Kind::Input(_) => {}
                Kind::Constant(literal) => {
                    let t = backend.upload(&literal.bytes, literal.dtype, &literal.shape)?;
                    self.put([t]);
                }
                Kind::Leaf(_) => return Err(Error::internal("a plan holds a leaf")),
                Kind::Fused(program) => {
                    let inputs = self.inputs(node)?;
                    let outputs = self.outputs(node)?;
                    let results = backend.run(Work::Map(program), inputs, &outputs);
                    let results = results.map_err(|e| check::located(e, &plan.graph, self.at))?;
                    self.put(results);
                }
                Kind::Op(op) => {
                    if let Some(progress) = self.op(backend, *op, node)? {
                        return Ok(progress);
                    }
                }
            }
            self.at += 1;
        }
        let outputs = plan.graph.outputs.iter().map(|v| self.get(*v).cloned()).collect::<Result<Vec<_>>>()?;
        Ok(Progress::Done(outputs))
    }

    /// Runs an op; gives a progress where it has to stop.
    fn op(&mut self, backend: &B, op: OpId, node: &Node) -> Result<Option<Progress<B>>> {
        let def = op.def();
        if matches!(def.lower, Lower::Control) {
            return self.control(backend, op, node);
        }
        let bound = self.symbols.attrs(&node.attrs)?;
        let attrs = AttrsRef { op: def, values: bound.as_deref().unwrap_or(&node.attrs) };
        let inputs = self.inputs(node)?;
        let results = run_op(backend, op, attrs, &self.plan.programs[self.at], inputs, || self.outputs(node))
            .map_err(|e| check::located(e.in_op(def.name), &self.plan.graph, self.at))?;
        if node.types.iter().any(|t| t.shape.dims().iter().any(|d| d.eval(&self.symbols.0).is_none())) {
            for (ty, t) in node.types.iter().zip(&results) {
                self.symbols.bind(&ty.shape, t.shape(), def.name)?;
            }
            self.symbols.check(&self.plan.graph)?;
        }
        self.put(results);
        Ok(None)
    }

    fn control(&mut self, backend: &B, op: OpId, node: &Node) -> Result<Option<Progress<B>>> {
        if self.control.is_none() {
            let inputs = self.inputs(node)?;
            let plans = self.plan.regions[self.at].clone();
            let attrs = AttrsRef { op: op.def(), values: &node.attrs };
            self.control = Some(Control::start(backend, attrs, inputs, plans)?);
        }
        let Some(control) = &mut self.control else { return Err(Error::internal("control state")) };
        match control.next(backend).map_err(|e| e.in_op(op.def().name))? {
            Next::Wait => Ok(Some(Progress::Waiting)),
            Next::Enter(plan, inputs) => Ok(Some(Progress::Enter(Box::new(Frame::new(plan, inputs)?)))),
            Next::Done(results) => {
                self.control = None;
                self.put(results);
                Ok(None)
            }
        }
    }

    fn outputs(&self, node: &Node) -> Result<SmallVec<[OutputSpec; 2]>> {
        let mut specs = SmallVec::new();
        for ty in &node.types {
            let shape = match ty.shape.eval(&self.symbols.0) {
                Some(shape) => shape,
                // A data-dependent size is bounded by the number of elements of the first input.
                None => {
                    let bound = self.bound(node)?;
                    ty.shape.dims().iter().map(|d| d.eval(&self.symbols.0).unwrap_or(bound)).collect()
                }
            };
            specs.push(OutputSpec { dtype: ty.dtype, shape });
        }
        Ok(specs)
    }

    fn bound(&self, node: &Node) -> Result<usize> {
        let Some(Some(v)) = node.inputs.first() else { return Err(Error::internal("an unbounded output")) };
        Ok(self.symbols.shape(&self.plan.graph.ty(*v).shape)?.iter().product())
    }
}

/// Runs one op that is not control flow: a view where the layout allows it, a kernel otherwise.
pub fn run_op<B: Backend>(
    backend: &B,
    op: OpId,
    attrs: AttrsRef<'_>,
    programs: &[Arc<crate::expr::Program>],
    inputs: Inputs<B::Buffer>,
    outputs: impl FnOnce() -> Result<SmallVec<[OutputSpec; 2]>>,
) -> Result<crate::backend::Results<B::Buffer>> {
    let def = op.def();
    let outputs = outputs()?;
    if !matches!(def.lower, Lower::View) {
        return backend.run(Work::Op { op, attrs, programs }, inputs, &outputs);
    }
    let Some(Some(input)) = inputs.into_iter().next() else { return Err(Error::internal("a view of nothing")) };
    let shape = &outputs[0].shape;
    let layout = match view::view(attrs, &input.layout, shape)? {
        Some(layout) => return Ok(SmallVec::from_iter([Tensor { layout, ..input }])),
        None => Layout::contiguous(shape),
    };
    let packed = backend.contiguous(&input)?;
    Ok(SmallVec::from_iter([Tensor { layout: Layout { offset: packed.layout.offset, ..layout }, ..packed }]))
}
