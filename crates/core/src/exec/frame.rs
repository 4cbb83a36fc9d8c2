//! One graph being executed: its values, where it stands, and what it waits for.

use super::check;
use super::control::{Control, Next};
use super::shapes::Symbols;
use crate::backend::{Backend, Given, Inputs, OutputSpec, Results, Tensor, Work};
use crate::graph::view::{self, Layout};
use crate::graph::{Kind, Node, OpId};
use crate::op::Lower;
use crate::plan::{Plan, Step, Take};
use crate::{AttrsRef, Error, Result, Type};
use smallvec::SmallVec;
use std::borrow::Cow;
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

/// The state of one graph in execution.
pub struct Frame<B: Backend> {
    plan: Arc<Plan>,
    at: usize,
    /// Values of all nodes by their place, as far as they are there and still wanted.
    values: Vec<Option<Tensor<B::Buffer>>>,
    symbols: Symbols,
    /// Do inputs stay until the commit point, so that a run that fails can give them back?
    keeps: bool,
    /// Has it come to its commit point?
    committed: bool,
    control: Option<Control<B>>,
}

impl<B: Backend> Frame<B> {
    /// Takes `inputs` unless they are refused.
    pub(super) fn new(plan: Arc<Plan>, inputs: &mut Vec<Tensor<B::Buffer>>, keeps: bool) -> Result<Frame<B>> {
        let (graph, steps) = (&plan.graph, &plan.steps);
        if inputs.len() != graph.inputs.len() {
            return Err(Error::internal(format!("a plan of {} inputs was given {}", graph.inputs.len(), inputs.len())));
        }
        let mut symbols = Symbols::new(graph.symbols);
        for (i, (tensor, v)) in inputs.iter().zip(&graph.inputs).enumerate() {
            let ty = graph.ty(*v);
            if ty.dtype != tensor.dtype {
                return Err(Error::dtype(format!("input {i}: expected {}, received {}", ty.dtype, tensor.dtype)));
            }
            symbols.bind(&ty.shape, tensor.shape(), format_args!("input {i}"))?;
        }
        symbols.check(graph)?;
        let mut values: Vec<Option<Tensor<B::Buffer>>> = Vec::with_capacity(steps.places);
        values.resize_with(steps.places, || None);
        for (tensor, v) in inputs.drain(..).zip(&graph.inputs) {
            let step = &steps.of[v.node as usize];
            if keeps || step.used[0] {
                values[step.first as usize] = Some(tensor);
            }
        }
        Ok(Frame { plan, at: 0, values, symbols, keeps, committed: false, control: None })
    }

    /// The inputs, where the run was to keep them and has not come to its commit point.
    pub(super) fn into_inputs(mut self) -> Option<Vec<Tensor<B::Buffer>>> {
        let Plan { graph, steps, .. } = &*self.plan;
        if !self.keeps || self.committed {
            return None;
        }
        graph.inputs.iter().map(|v| self.values[steps.of[v.node as usize].first as usize].take()).collect()
    }

    /// Those inputs of a step that are values which nothing reads afterwards; the others are yet to be lent.
    fn moved<'v>(&mut self, step: &Step) -> Result<Inputs<'v, B::Buffer>> {
        let mut inputs: Inputs<'v, B::Buffer> = SmallVec::with_capacity(step.args.len());
        for arg in &step.args {
            let Some(arg) = arg else {
                inputs.push(Given::Absent);
                continue;
            };
            let stays = arg.take == Take::Keep || (self.keeps && arg.take == Take::MoveUnlessKept);
            if stays {
                inputs.push(Given::Absent);
                continue;
            }
            let place = &mut self.values[arg.place as usize];
            let moved = if arg.take == Take::Share { place.clone() } else { place.take() };
            match moved {
                Some(tensor) => inputs.push(Given::Moved(tensor)),
                None => return Err(missing(arg.place)),
            }
        }
        Ok(inputs)
    }

    fn put(&mut self, step: &Step, results: impl IntoIterator<Item = Tensor<B::Buffer>>) {
        let places = &mut self.values[step.first as usize..];
        for ((tensor, used), place) in results.into_iter().zip(&step.used).zip(places) {
            if *used {
                *place = Some(tensor);
            }
        }
    }

    /// Runs `work`, which is given the inputs of a step and the places of its outputs.
    fn run(&mut self, step: &Step, work: impl FnOnce(Inputs<'_, B::Buffer>, Results<'_, B::Buffer>) -> Result<()>) -> Result<()> {
        let mut inputs = self.moved(step)?;
        // Whatever a step reads stands before what it makes.
        let (before, from) = self.values.split_at_mut(step.first as usize);
        lend(before, step, &mut inputs)?;
        work(inputs, &mut from[..step.used.len()])
    }

    /// Drops those outputs of a step that nothing reads.
    fn drop_unused(&mut self, step: &Step) {
        for (used, place) in step.used.iter().zip(&mut self.values[step.first as usize..]) {
            if !used {
                *place = None;
            }
        }
    }

    /// The results of the region that this frame entered.
    pub(super) fn returned(&mut self, backend: &B, results: Vec<Tensor<B::Buffer>>) -> Result<()> {
        match &mut self.control {
            Some(control) => control.returned(backend, results),
            None => Err(Error::internal("a region returned to a frame that entered none")),
        }
    }

    /// What comes before the first write: buffers that are to be written are made this run's own, so that nothing has to
    /// be allocated for them later, and inputs that nothing reads any more are given up.
    fn commit(&mut self, backend: &B, plan: &Plan) -> Result<()> {
        for group in &plan.steps.overwritten {
            let mut held: SmallVec<[u32; 4]> = SmallVec::new();
            let mut lacking = group.needed;
            for &place in &group.places {
                let Some(tensor) = &mut self.values[place as usize] else { continue };
                if backend.owns(tensor) {
                    lacking = lacking.saturating_sub(1);
                } else {
                    held.push(place);
                }
            }
            for place in held.into_iter().rev().take(lacking) {
                if let Some(tensor) = &mut self.values[place as usize] {
                    backend.own(tensor)?;
                }
            }
        }
        self.committed = true;
        for place in &plan.steps.given_up {
            self.values[*place as usize] = None;
        }
        Ok(())
    }

    pub(super) fn advance(&mut self, backend: &B) -> Result<Progress<B>> {
        let plan = self.plan.clone();
        while let Some(node) = plan.graph.nodes.get(self.at) {
            if self.at == plan.commit {
                self.commit(backend, &plan)?;
            }
            let step = &plan.steps.of[self.at];
            match &node.kind {
                Kind::Input(_) => {}
                Kind::Constant(literal) => {
                    let t = backend.upload(&literal.bytes, literal.dtype, &literal.shape)?;
                    self.put(step, [t]);
                }
                Kind::Leaf(_) => return Err(Error::internal("a plan holds a leaf")),
                Kind::Fused(program) => {
                    let outputs = self.outputs(step, &plan, node)?;
                    let run = self.run(step, |inputs, results| backend.run(Work::Map(program), inputs, &outputs, results));
                    run.map_err(|e| check::located(e, &plan.graph, self.at))?;
                    self.drop_unused(step);
                }
                Kind::Op(op) => {
                    if let Some(progress) = self.op(backend, &plan, *op, node)? {
                        return Ok(progress);
                    }
                }
            }
            self.at += 1;
        }
        let outputs = plan.steps.outputs.iter().map(|(place, moves)| {
            let value = &mut self.values[*place as usize];
            let tensor = if *moves { value.take() } else { value.clone() };
            tensor.ok_or_else(|| missing(*place))
        });
        Ok(Progress::Done(outputs.collect::<Result<Vec<_>>>()?))
    }

    /// Runs an op; gives a progress where it has to stop.
    fn op(&mut self, backend: &B, plan: &Plan, op: OpId, node: &Node) -> Result<Option<Progress<B>>> {
        let (def, step) = (op.def(), &plan.steps.of[self.at]);
        if matches!(def.lower, Lower::Control) {
            return self.control(backend, plan, op, node);
        }
        let bound = if step.symbolic { self.symbols.attrs(&node.attrs)? } else { None };
        let attrs = AttrsRef { op: def, values: bound.as_deref().unwrap_or(&node.attrs) };
        let outputs = self.outputs(step, plan, node)?;
        let programs = &plan.programs[self.at];
        let run = self.run(step, |inputs, results| run_op(backend, op, attrs, programs, inputs, &outputs, results));
        run.map_err(|e| check::located(e.in_op(def.name), &plan.graph, self.at))?;
        let open = |t: &Type| t.shape.dims().iter().any(|d| d.eval(&self.symbols.0).is_none());
        if step.outputs.is_none() && node.types.iter().any(open) {
            for (ty, t) in node.types.iter().zip(&self.values[step.first as usize..]) {
                let Some(t) = t else { return Err(Error::internal("an output is missing")) };
                self.symbols.bind(&ty.shape, t.shape(), def.name)?;
            }
            self.symbols.check(&plan.graph)?;
        }
        self.drop_unused(step);
        Ok(None)
    }

    fn control(&mut self, backend: &B, plan: &Plan, op: OpId, node: &Node) -> Result<Option<Progress<B>>> {
        let step = &plan.steps.of[self.at];
        if self.control.is_none() {
            let mut inputs = self.moved(step)?;
            lend(&self.values, step, &mut inputs)?;
            let attrs = AttrsRef { op: op.def(), values: &node.attrs };
            let control = Control::start(backend, attrs, inputs, &plan.regions[self.at])?;
            self.control = Some(control);
        }
        let Some(control) = &mut self.control else { return Err(Error::internal("control state")) };
        match control.next(backend).map_err(|e| e.in_op(op.def().name))? {
            Next::Wait => Ok(Some(Progress::Waiting)),
            Next::Enter(plan, mut inputs) => Ok(Some(Progress::Enter(Box::new(Frame::new(plan, &mut inputs, false)?)))),
            Next::Done(results) => {
                self.control = None;
                self.put(step, results);
                Ok(None)
            }
        }
    }

    /// What a step is to make: as prepared, or worked out from the sizes that are bound by now.
    fn outputs<'p>(&self, step: &'p Step, plan: &Plan, node: &Node) -> Result<Cow<'p, [OutputSpec]>> {
        if let Some(outputs) = &step.outputs {
            return Ok(Cow::Borrowed(outputs));
        }
        let mut specs = Vec::with_capacity(node.types.len());
        for ty in &node.types {
            let shape = match ty.shape.eval(&self.symbols.0) {
                Some(shape) => shape,
                // A data-dependent size is bounded by the number of elements of the first input.
                None => {
                    let bound = self.bound(plan, node)?;
                    ty.shape.dims().iter().map(|d| d.eval(&self.symbols.0).unwrap_or(bound)).collect()
                }
            };
            specs.push(OutputSpec::new(ty.dtype, &shape));
        }
        Ok(Cow::Owned(specs))
    }

    fn bound(&self, plan: &Plan, node: &Node) -> Result<usize> {
        let Some(Some(v)) = node.inputs.first() else { return Err(Error::internal("an unbounded output")) };
        Ok(self.symbols.shape(&plan.graph.ty(*v).shape)?.iter().product())
    }
}

/// Lends a step those of its inputs that stay.
fn lend<'v, B: Clone>(values: &'v [Option<Tensor<B>>], step: &Step, inputs: &mut Inputs<'v, B>) -> Result<()> {
    for (arg, input) in step.args.iter().zip(inputs) {
        if let (Some(arg), Given::Absent) = (arg, &*input) {
            *input = Given::Lent(values[arg.place as usize].as_ref().ok_or_else(|| missing(arg.place))?);
        }
    }
    Ok(())
}

#[cold]
fn missing(place: u32) -> Error {
    Error::internal(format!("the value at place {place} is not there"))
}

/// Runs one op that is not control flow: a view where the layout allows it, a kernel otherwise.
pub fn run_op<B: Backend>(
    backend: &B,
    op: OpId,
    attrs: AttrsRef<'_>,
    programs: &[Arc<crate::expr::Program>],
    inputs: Inputs<'_, B::Buffer>,
    outputs: &[OutputSpec],
    results: Results<'_, B::Buffer>,
) -> Result<()> {
    let def = op.def();
    if !matches!(def.lower, Lower::View) {
        return backend.run(Work::Op { op, attrs, programs }, inputs, outputs, results);
    }
    let Some(input) = inputs.into_iter().next().and_then(Given::into_tensor) else {
        return Err(Error::internal("a view of nothing"));
    };
    let ([output], [result]) = (outputs, results) else { return Err(Error::internal("a view has one output")) };
    *result = Some(if input.layout.is_contiguous() && input.layout.offset == 0 && view::keeps_order(def.name) {
        Tensor { layout: output.layout.clone(), ..input }
    } else if let Some(layout) = view::view(attrs, &input.layout, output.shape())? {
        Tensor { layout: Arc::new(layout), ..input }
    } else {
        let packed = backend.contiguous(&input)?;
        let offset = packed.layout.offset;
        let layout =
            if offset == 0 { output.layout.clone() } else { Arc::new(Layout { offset, ..Layout::clone(&output.layout) }) };
        Tensor { layout, ..packed }
    });
    Ok(())
}
