//! Recorded functions: making a plan once, and running it many times.

use crate::frame::{Binding, Purpose};
use crate::job::{Job, Prepared, Recorded};
use crate::session::{Outputs, Session};
use crate::slots::State;
use crate::{Error, Handle, Promise, Result};
use smallvec::SmallVec;
use std::sync::Arc;
use talray_core::backend::Backend;
use talray_core::exec::Symbols;
use talray_core::passes::Passes;
use talray_core::plan::Plan;
use talray_core::{Dim, Shape, Type};

/// A plan with what its inputs and outputs are bound to.
pub(crate) struct Registered {
    prepared: Arc<Prepared>,
    bindings: Vec<Binding>,
    /// For each binding, whether a new state follows the results for it.
    are_states: Vec<bool>,
}

impl Session {
    /// Begins to record a function whose arguments have these types; gives their handles. Sizes may be symbols, numbered
    /// from 0: the plan then runs for any sizes in their place.
    ///
    /// # Errors
    /// `OPTION` inside another recording.
    pub fn begin_jit(&mut self, arguments: &[Type]) -> Result<Vec<Handle>> {
        if self.frames.len() > 1 {
            return Err(Error::option("jit inside a recording: call the plain function there"));
        }
        let handles = self.begin(Purpose::Jit, arguments);
        let symbols = arguments.iter().flat_map(|t| t.shape.dims()).filter_map(Dim::symbol).map(|s| s + 1);
        self.top().graph.symbols = symbols.max().unwrap_or(0);
        self.top().bindings = (0..arguments.len() as u32).map(Binding::Argument).collect();
        Ok(handles)
    }

    /// Ends the recording with these results; gives the plan's number and the types of its results. Where it need not be
    /// `exact`, rewrites are allowed that change how results are rounded.
    ///
    /// # Errors
    /// What making the plan refuses.
    pub fn end_jit(&mut self, results: &[Handle], exact: bool) -> Result<(u32, Vec<Type>)> {
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
        let passes = Passes { exact, ..Passes::default() };
        let plan = Plan::new(&frame.graph, results.len(), &passes, &|op| engine.cpu.supports(op))?;
        let (bindings, cells) = (frame.bindings, frame.assigned);
        // A cell that is assigned is also an input.
        let place = |cell: &u32| bindings.iter().position(|b| matches!(b, Binding::Cell(c) if c == cell));
        let states = cells.iter().map(|c| place(c).ok_or_else(|| Error::internal("an assigned cell is no input")));
        let inputs = bindings.iter().map(|b| match b {
            Binding::Argument(n) => format!("argument {n} (counted from 0)"),
            Binding::Cell(c) => self.cells.get(c).map_or("a variable".into(), |c| format!("variable {}", c.name)),
            Binding::Capture(_) => "a captured tensor".into(),
        });
        let recorded = Recorded { inputs: inputs.collect(), graph: frame.graph, places: frame.places };
        let prepared = Prepared::new(plan, results.len(), states.collect::<Result<_>>()?)?.explained_by(recorded);
        let are_states = (0..bindings.len()).map(|at| prepared.states().contains(&at)).collect();
        let registered = Registered { prepared: Arc::new(prepared), bindings, are_states };
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
        let registered = self.registered(plan)?;
        let is_cell = |b: &Binding| matches!(b, Binding::Cell(_));
        let states: Vec<usize> = (0..registered.bindings.len()).filter(|&i| is_cell(&registered.bindings[i])).collect();
        Ok(registered.prepared.plan.explain(&states, "cpu"))
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
        let prepared = &registered.prepared;
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
                self.ready(slot)?;
            }
            slots.push(slot);
        }
        let symbols = self.sizes(prepared, &slots);
        let mut types = SmallVec::<[Type; 2]>::new();
        for v in &prepared.plan.graph.outputs[..prepared.results()] {
            let mut ty = prepared.plan.graph.ty(*v).clone();
            if let Some(sizes) = ty.shape.eval(&symbols.0) {
                ty.shape = Shape::of(&sizes);
            }
            types.push(ty);
        }
        let results = if self.engine.takes_at_once(prepared.work(&symbols)) {
            self.run_now(&registered, &slots)?
        } else {
            self.run_queued(&registered, &slots)?
        };
        let mut outputs = Outputs::new();
        for (ty, promise) in types.into_iter().zip(results) {
            let slot = self.slots.add(ty.clone(), State::Ready(promise));
            outputs.push((self.slots.handle(slot), ty));
        }
        Ok(outputs)
    }

    /// Runs a plan on this thread. While it runs, cells are empty, so that their buffers can be overwritten.
    fn run_now(&mut self, registered: &Registered, slots: &[Option<u32>]) -> Result<Vec<Arc<Promise>>> {
        let prepared = &registered.prepared;
        let failed = |e: &Error| (0..prepared.results()).map(|_| Promise::of(Err(e.clone()))).collect();
        for (binding, slot) in registered.bindings.iter().zip(slots) {
            let outcome = match (binding, slot) {
                (Binding::Capture(promise), _) => promise.get(),
                (_, Some(slot)) => self.settled(*slot)?.get(),
                (_, None) => return Err(Error::internal("an input is bound to nothing")),
            };
            if let Some(Err(e)) = outcome {
                return Ok(failed(e));
            }
        }
        let mut inputs = Vec::with_capacity(slots.len());
        for ((binding, slot), is_state) in registered.bindings.iter().zip(slots).zip(&registered.are_states) {
            inputs.push(match (binding, slot) {
                (_, Some(slot)) => {
                    let promise = self.settled(*slot)?;
                    if *is_state { Promise::empty(promise)? } else { promise.outcome()? }
                }
                (Binding::Capture(promise), _) => promise.outcome()?,
                (_, None) => return Err(Error::internal("an input is bound to nothing")),
            });
        }
        let outcome = prepared.run(&self.engine.cpu, inputs);
        let mut states = outcome.states.map(Vec::into_iter);
        for at in prepared.states() {
            let state = match &mut states {
                Ok(tensors) => tensors.next().ok_or_else(|| Error::internal("a new state is missing")),
                Err(e) => Err(e.clone()),
            };
            if let Some(slot) = slots[*at] {
                Promise::refill(self.settled(slot)?, state);
                self.slots.replaced(slot);
            }
        }
        Ok(match outcome.results {
            Ok(tensors) => tensors.into_iter().map(Promise::ready).collect(),
            Err(e) => failed(&e),
        })
    }

    /// Queues a run of a plan.
    fn run_queued(&mut self, registered: &Registered, slots: &[Option<u32>]) -> Result<Vec<Arc<Promise>>> {
        let (results, states) = registered.prepared.promises();
        let mut inputs = Vec::with_capacity(slots.len());
        for (binding, slot) in registered.bindings.iter().zip(slots) {
            inputs.push(match (binding, slot) {
                (Binding::Capture(promise), _) => promise.clone(),
                (_, Some(slot)) => self.promise(*slot)?,
                (_, None) => return Err(Error::internal("an input is bound to nothing")),
            });
        }
        // Where nothing else holds what a cell held, it can be overwritten in place.
        for (at, next) in registered.prepared.states().iter().zip(&states) {
            if let Some(slot) = slots[*at] {
                self.slots.settle(slot, next.clone());
            }
        }
        let job = Job { prepared: registered.prepared.clone(), inputs, results: results.clone(), states };
        job.queue(&self.engine, &self.ticket)?;
        Ok(results)
    }

    /// The promise of a slot that is computed, or under way.
    fn settled(&mut self, slot: u32) -> Result<&mut Arc<Promise>> {
        match &mut self.slots.get_mut(slot).state {
            State::Ready(promise) => Ok(promise),
            State::Pending { .. } => Err(Error::internal("a tensor was not computed")),
        }
    }

    /// The sizes that the types of these inputs give to the symbols of a plan. What does not fit is found by the run.
    fn sizes(&self, prepared: &Prepared, slots: &[Option<u32>]) -> Symbols {
        let graph = &prepared.plan.graph;
        let mut symbols = Symbols::new(graph.symbols);
        if graph.symbols > 0 {
            for (v, slot) in graph.inputs.iter().zip(slots) {
                let known = slot.and_then(|slot| self.slots.get(slot).ty.shape.known());
                if let Some(sizes) = known {
                    let _ = symbols.bind(&graph.ty(*v).shape, &sizes, "input");
                }
            }
        }
        symbols
    }
}
