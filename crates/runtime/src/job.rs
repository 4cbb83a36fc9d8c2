//! A plan that is ready to run, and one run of it: what sessions and port hosts share.

use crate::eager::node_cost;
use crate::engine::{Unsettled, failed, settle};
use crate::fault;
use crate::frame::Places;
use crate::{Cpu, Engine, Error, Promise, Result, Tensor, Ticket};
use std::sync::{Arc, Mutex, PoisonError};
use talray_core::Graph;
use talray_core::exec::{Progress, Run, Symbols};
use talray_core::graph::{Kind, Node};
use talray_core::plan::Plan;

/// A plan whose first outputs are results and whose others are new states of some inputs.
pub(crate) struct Prepared {
    pub plan: Arc<Plan>,
    results: usize,
    /// For each state, the input that held the old one.
    states: Vec<usize>,
    /// Element operations, roughly, where all sizes are known.
    cost: u64,
    /// Those for the sizes of the last run, where some are bound by its inputs.
    bound: Mutex<(Symbols, u64)>,
    /// Inputs are kept until the commit point: a failed run leaves them as they were, or can be explained.
    keeps: bool,
    /// What failures are explained by, where the recorder is in this process.
    pub recorded: Option<Recorded>,
}

/// What was recorded, before any pass.
pub(crate) struct Recorded {
    pub graph: Graph,
    pub places: Places,
    /// What each input is, for people.
    pub inputs: Vec<String>,
}

impl Prepared {
    /// # Errors
    /// `FORMAT` where results and states do not fit the plan.
    pub(crate) fn new(plan: Plan, results: usize, states: Vec<usize>) -> Result<Prepared> {
        let (inputs, outputs) = (plan.graph.inputs.len(), plan.graph.outputs.len());
        if results + states.len() != outputs || states.iter().any(|&at| at >= inputs) {
            return Err(Error::format(format!(
                "a plan of {inputs} inputs and {outputs} outputs cannot have {results} results and the states {states:?}"
            )));
        }
        let guarded = |n: &Node| matches!(n.kind, Kind::Op(op) if op.def().name == "check_finite");
        let keeps = !states.is_empty() || plan.graph.nodes.iter().any(guarded);
        let cost = cost(&plan.graph, &Symbols::default());
        let bound = Mutex::new((Symbols::default(), cost));
        Ok(Prepared { plan: Arc::new(plan), results, states, cost, bound, keeps, recorded: None })
    }

    /// With what it was recorded as.
    pub(crate) fn explained_by(mut self, recorded: Recorded) -> Prepared {
        self.keeps |= !recorded.places.is_empty();
        self.recorded = Some(recorded);
        self
    }

    /// Number of inputs.
    pub(crate) fn inputs(&self) -> usize {
        self.plan.graph.inputs.len()
    }

    /// For each state, the input that held the old one.
    pub(crate) fn states(&self) -> &[usize] {
        &self.states
    }

    /// Number of results.
    pub(crate) fn results(&self) -> usize {
        self.results
    }

    /// Open promises of a run: results and states.
    pub(crate) fn promises(&self) -> (Vec<Arc<Promise>>, Vec<Arc<Promise>>) {
        let open = |n: usize| (0..n).map(|_| Promise::open()).collect();
        (open(self.results), open(self.states.len()))
    }

    /// The error with where it began; `kept` are the inputs of the run that failed.
    #[cold]
    fn locate(&self, error: Error, cpu: &Cpu, kept: &[Tensor]) -> Error {
        let Some(Recorded { graph, places, inputs }) = &self.recorded else { return error };
        let mut source = |kind: &Kind| match kind {
            Kind::Input(n) => kept.get(*n as usize).cloned(),
            _ => None,
        };
        let name = |kind: &Kind| match kind {
            Kind::Input(n) => inputs.get(*n as usize).cloned().unwrap_or_default(),
            _ => "a constant".into(),
        };
        fault::locate(error, cpu, graph, places, &graph.outputs, &mut source, &name)
    }
}

/// One run. Promises of states must be in place of what `inputs` holds of them already, so that a tensor which nobody
/// else holds can be overwritten.
pub(crate) struct Job {
    pub prepared: Arc<Prepared>,
    pub inputs: Vec<Arc<Promise>>,
    pub results: Vec<Arc<Promise>>,
    pub states: Vec<Arc<Promise>>,
}

fn cost(graph: &Graph, symbols: &Symbols) -> u64 {
    graph.nodes.iter().map(|n| node_cost(graph, n, symbols)).sum()
}

/// What a run gave.
pub(crate) struct Outcome {
    pub results: Result<Vec<Tensor>>,
    /// New states; those that it was given where it failed, and an error where these were overwritten.
    pub states: Result<Vec<Tensor>>,
}

impl Prepared {
    fn execute(&self, cpu: &Cpu, mut inputs: Vec<Tensor>) -> Outcome {
        match self.attempt(cpu, &mut inputs) {
            Ok(mut outputs) => {
                let states = outputs.split_off(self.results);
                Outcome { results: Ok(outputs), states: Ok(states) }
            }
            // Past the commit point only a table can run out of memory.
            Err(e) if inputs.is_empty() => Outcome { results: Err(e.clone()), states: Err(e) },
            Err(e) => {
                let results = Err(self.locate(e, cpu, &inputs));
                Outcome { results, states: Ok(self.states.iter().map(|&at| inputs[at].clone()).collect()) }
            }
        }
    }

    /// One attempt. When it fails, `inputs` holds what it held, where that is kept and was not overwritten.
    fn attempt(&self, cpu: &Cpu, inputs: &mut Vec<Tensor>) -> Result<Vec<Tensor>> {
        let plan = self.plan.clone();
        let mut run = if self.keeps { Run::keeping(plan, inputs)? } else { Run::new(plan, std::mem::take(inputs))? };
        let error = match run.advance(cpu) {
            Ok(Progress::Done(outputs)) => return Ok(outputs),
            Ok(_) => Error::device("this plan has to wait for the device"),
            Err(e) => e,
        };
        *inputs = run.into_inputs().unwrap_or_default();
        Err(error)
    }

    /// Runs the plan; a panic, which is a bug, becomes an error.
    pub(crate) fn run(&self, cpu: &Cpu, inputs: Vec<Tensor>) -> Outcome {
        let run = std::panic::AssertUnwindSafe(|| self.execute(cpu, inputs));
        std::panic::catch_unwind(run).unwrap_or_else(|_| Outcome { results: Err(failed()), states: Err(failed()) })
    }

    /// Element operations of a run with these sizes, roughly.
    pub(crate) fn work(&self, symbols: &Symbols) -> u64 {
        if symbols.0.is_empty() {
            return self.cost;
        }
        let mut bound = self.bound.lock().unwrap_or_else(PoisonError::into_inner);
        if bound.0.0 != symbols.0 {
            *bound = (symbols.clone(), cost(&self.plan.graph, symbols));
        }
        bound.1
    }
}

impl Job {
    /// Runs it: at once where it is small and the engine idle, else when its turn comes.
    ///
    /// # Errors
    /// `INTERNAL` when the engine's thread cannot be started.
    pub(crate) fn start(self, engine: &Arc<Engine>, ticket: &Ticket) -> Result<()> {
        if engine.takes_at_once(self.prepared.work(&Symbols::default())) {
            self.run(&engine.cpu);
            return Ok(());
        }
        self.queue(engine, ticket)
    }

    /// Runs it when its turn comes.
    ///
    /// # Errors
    /// As [`Job::start`].
    pub(crate) fn queue(self, engine: &Arc<Engine>, ticket: &Ticket) -> Result<()> {
        let ticket = ticket.clone();
        engine.submit(move |engine: &Engine| {
            let _unsettled = Unsettled([self.results.clone(), self.states.clone()].concat());
            if !ticket.cancelled() {
                self.run(&engine.cpu);
            }
        })
    }

    fn run(self, cpu: &Cpu) {
        let Job { prepared, inputs, results, states } = self;
        if let Some(Err(e)) = inputs.iter().filter_map(|p| p.get()).find(|outcome| outcome.is_err()) {
            settle(&results, Err(e.clone()));
            let old = prepared.states.iter().map(|&at| inputs[at].outcome());
            return states.iter().zip(old).for_each(|(promise, old)| promise.settle(old));
        }
        match inputs.into_iter().map(Promise::take).collect() {
            Ok(tensors) => {
                let outcome = prepared.run(cpu, tensors);
                settle(&results, outcome.results);
                settle(&states, outcome.states);
            }
            Err(e) => [results, states].iter().for_each(|promises| settle(promises, Err(Error::clone(&e)))),
        }
    }
}
