//! Recorded functions: making a plan once, and running it many times.

use crate::eager::{SMALL, node_cost};
use crate::engine::{Unsettled, settle};
use crate::frame::{Binding, Purpose};
use crate::session::{Outputs, Session};
use crate::slots::State;
use crate::{Engine, Error, Handle, Promise, Result, Tensor};
use std::sync::Arc;
use talray_core::Type;
use talray_core::backend::Backend;
use talray_core::exec::{Progress, Run};
use talray_core::passes::Passes;
use talray_core::plan::Plan;

/// A plan with what its inputs and outputs are bound to.
pub(crate) struct Registered {
    plan: Arc<Plan>,
    bindings: Vec<Binding>,
    /// How many outputs are results; the others are new states of `cells`.
    results: usize,
    cells: Vec<u32>,
    cost: usize,
}

impl Session {
    /// Begins to record a function whose arguments have these types; gives their handles.
    ///
    /// # Errors
    /// `OPTION` inside another recording.
    pub fn begin_jit(&mut self, arguments: &[Type]) -> Result<Vec<Handle>> {
        if self.frames.len() > 1 {
            return Err(Error::option("jit inside a recording: call the plain function there"));
        }
        let handles = self.begin(Purpose::Jit, arguments);
        self.top().bindings = (0..arguments.len() as u32).map(Binding::Argument).collect();
        Ok(handles)
    }

    /// Ends the recording with these results; gives the plan's number and the types of its results.
    ///
    /// # Errors
    /// What making the plan refuses.
    pub fn end_jit(&mut self, results: &[Handle]) -> Result<(u32, Vec<Type>)> {
        if self.frames.last().is_none_or(|f| f.purpose != Purpose::Jit) {
            return Err(Error::internal("no function is being recorded"));
        }
        let mut outputs = Vec::new();
        for h in results {
            let slot = self.slots.index(*h)?;
            outputs.push(self.value(slot)?);
        }
        let Some(mut frame) = self.frames.pop() else { return Err(Error::internal("no recording")) };
        let types = outputs.iter().map(|v| frame.graph.ty(*v).clone()).collect();
        outputs.extend(frame.assigned.iter().map(|c| frame.cells[c].value));
        frame.graph.outputs = outputs;
        let engine = self.engine.clone();
        let plan = Plan::new(&frame.graph, results.len(), &Passes::default(), &|op| engine.cpu.supports(op))?;
        let cost = plan.graph.nodes.iter().map(|n| node_cost(&plan.graph, n)).sum();
        let registered =
            Registered { plan: Arc::new(plan), bindings: frame.bindings, results: results.len(), cells: frame.assigned, cost };
        let id = self.number();
        self.plans.insert(id, Arc::new(registered));
        Ok((id, types))
    }

    /// Forgets a plan.
    pub fn free_plan(&mut self, plan: u32) {
        self.plans.remove(&plan);
    }

    /// A plan as text.
    ///
    /// # Errors
    /// An unknown number.
    pub fn explain(&self, plan: u32) -> Result<String> {
        Ok(self.registered(plan)?.plan.explain())
    }

    fn registered(&self, plan: u32) -> Result<&Arc<Registered>> {
        self.plans.get(&plan).ok_or_else(|| Error::internal(format!("plan {plan} is not known")))
    }

    /// Starts a plan on these arguments; gives handles of its results, which may be under way.
    ///
    /// # Errors
    /// A disposed argument or cell. What fails while running reaches those who read the results.
    pub fn run(&mut self, plan: u32, arguments: &[Handle]) -> Result<Outputs> {
        let registered = self.registered(plan)?.clone();
        // Everything that can be refused here is, before the first cell is touched.
        let mut slots = Vec::with_capacity(registered.bindings.len());
        for binding in &registered.bindings {
            let slot = match binding {
                Binding::Argument(n) => {
                    let h = arguments.get(*n as usize).ok_or_else(|| Error::internal("an argument is missing"))?;
                    Some(self.slots.index(*h)?)
                }
                Binding::Cell(cell) => Some(self.cell(*cell)?.slot),
                Binding::Capture(_) => None,
            };
            if let Some(slot) = slot {
                self.promise(slot)?;
            }
            slots.push(slot);
        }
        let cells: Vec<Arc<Promise>> = registered.cells.iter().map(|_| Promise::open()).collect();
        let mut inputs = Vec::with_capacity(slots.len());
        for (binding, slot) in registered.bindings.iter().zip(&slots) {
            inputs.push(match (binding, slot) {
                (Binding::Capture(promise), _) => promise.clone(),
                (Binding::Cell(cell), Some(slot)) => match registered.cells.iter().position(|c| c == cell) {
                    Some(at) => self.replace_cell(*slot, cells[at].clone())?,
                    None => self.promise(*slot)?,
                },
                (_, Some(slot)) => self.promise(*slot)?,
                (_, None) => return Err(Error::internal("an input is bound to nothing")),
            });
        }
        let results: Vec<Arc<Promise>> = (0..registered.results).map(|_| Promise::open()).collect();
        let mut outputs = Outputs::new();
        for (v, promise) in registered.plan.graph.outputs.iter().zip(&results) {
            let ty = registered.plan.graph.ty(*v).clone();
            let slot = self.slots.add(ty.clone(), State::Ready(promise.clone()));
            outputs.push((self.slots.handle(slot), ty));
        }
        let job = Job { registered, inputs, results, cells };
        if job.registered.cost < SMALL && self.engine.idle() {
            job.run(&self.engine.cpu);
        } else {
            let ticket = self.ticket.clone();
            self.engine.submit(move |engine: &Engine| {
                let _unsettled = Unsettled([job.results.clone(), job.cells.clone()].concat());
                if !ticket.cancelled() {
                    job.run(&engine.cpu);
                }
            })?;
        }
        Ok(outputs)
    }

    /// Lets a cell's slot hold `next`; gives what it held. Where nothing else held the old tensor,
    /// it can be overwritten in place.
    fn replace_cell(&mut self, slot: u32, next: Arc<Promise>) -> Result<Arc<Promise>> {
        let old = self.promise(slot)?;
        let s = self.slots.get_mut(slot);
        s.state = State::Ready(next);
        s.leaf = None;
        Ok(old)
    }
}

struct Job {
    registered: Arc<Registered>,
    inputs: Vec<Arc<Promise>>,
    results: Vec<Arc<Promise>>,
    cells: Vec<Arc<Promise>>,
}

impl Job {
    /// Runs the plan. When it fails, the cells keep what they held.
    fn run(self, cpu: &crate::Cpu) {
        let Job { registered, inputs, results, cells } = self;
        // The place of each assigned cell among the inputs.
        let places: Vec<Option<usize>> = registered
            .cells
            .iter()
            .map(|c| registered.bindings.iter().position(|b| matches!(b, Binding::Cell(x) if x == c)))
            .collect();
        let tensors: Vec<Result<Tensor>> = inputs.into_iter().map(Promise::take).collect();
        let restore = |tensors: &[Result<Tensor>]| {
            for (promise, place) in cells.iter().zip(&places) {
                if let Some(place) = place {
                    promise.settle(tensors[*place].clone());
                }
            }
        };
        if let Some(Err(e)) = tensors.iter().find(|t| t.is_err()) {
            let e = e.clone();
            restore(&tensors);
            return settle(&results, Err(e));
        }
        let tensors: Vec<Tensor> = tensors.into_iter().flatten().collect();
        let mut kept = if registered.cells.is_empty() { Vec::new() } else { tensors.clone() };
        let outcome = execute(cpu, registered.plan.clone(), tensors, &mut kept);
        match outcome {
            Ok(mut outputs) => {
                let states = outputs.split_off(registered.results);
                settle(&results, Ok(outputs));
                settle(&cells, Ok(states));
            }
            Err(e) => {
                let kept: Vec<Result<Tensor>> = kept.into_iter().map(Ok).collect();
                if !kept.is_empty() {
                    restore(&kept);
                }
                settle(&results, Err(e));
            }
        }
    }
}

fn execute(cpu: &crate::Cpu, plan: Arc<Plan>, inputs: Vec<Tensor>, kept: &mut Vec<Tensor>) -> Result<Vec<Tensor>> {
    let mut run = Run::new(plan, inputs)?;
    match run.advance_with(cpu, kept)? {
        Progress::Done(results) => Ok(results),
        _ => Err(Error::device("this plan has to wait for the device")),
    }
}
