//! A plan that is ready to run, and one run of it: what sessions and port hosts share.

use crate::eager::{SMALL, node_cost};
use crate::engine::{Unsettled, settle};
use crate::fault;
use crate::frame::Places;
use crate::{Cpu, Engine, Error, Promise, Result, Tensor, Ticket};
use std::sync::Arc;
use talray_core::Graph;
use talray_core::exec::{Progress, Run};
use talray_core::graph::{Kind, Node};
use talray_core::plan::Plan;

/// A plan whose first outputs are results and whose others are new states of some inputs.
pub(crate) struct Prepared {
    pub plan: Arc<Plan>,
    results: usize,
    /// For each state, the input that held the old one.
    states: Vec<usize>,
    /// Element operations, roughly.
    cost: usize,
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
        let cost = plan.graph.nodes.iter().map(|n| node_cost(&plan.graph, n)).sum();
        Ok(Prepared { plan: Arc::new(plan), results, states, cost, keeps, recorded: None })
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

impl Job {
    /// Runs it: at once where it is small and the engine idle, else when its turn comes.
    ///
    /// # Errors
    /// `INTERNAL` when the engine's thread cannot be started.
    pub(crate) fn start(self, engine: &Arc<Engine>, ticket: &Ticket) -> Result<()> {
        if self.prepared.cost < SMALL && engine.idle() {
            self.run(&engine.cpu);
            return Ok(());
        }
        let ticket = ticket.clone();
        engine.submit(move |engine: &Engine| {
            let _unsettled = Unsettled([self.results.clone(), self.states.clone()].concat());
            if !ticket.cancelled() {
                self.run(&engine.cpu);
            }
        })
    }

    /// Runs the plan. When it fails, states keep what they held.
    fn run(self, cpu: &Cpu) {
        let Job { prepared, inputs, results, states } = self;
        let tensors: Vec<Result<Tensor>> = inputs.into_iter().map(Promise::take).collect();
        let restore = |tensors: &[Result<Tensor>]| {
            for (promise, place) in states.iter().zip(&prepared.states) {
                promise.settle(tensors[*place].clone());
            }
        };
        if let Some(Err(e)) = tensors.iter().find(|t| t.is_err()) {
            let e = e.clone();
            restore(&tensors);
            return settle(&results, Err(e));
        }
        let tensors: Vec<Tensor> = tensors.into_iter().flatten().collect();
        let mut kept = if prepared.keeps { tensors.clone() } else { Vec::new() };
        match execute(cpu, prepared.plan.clone(), tensors, &mut kept) {
            Ok(mut outputs) => {
                let new = outputs.split_off(prepared.results);
                settle(&results, Ok(outputs));
                settle(&states, Ok(new));
            }
            Err(e) => {
                let e = if kept.is_empty() { e } else { prepared.locate(e, cpu, &kept) };
                let kept: Vec<Result<Tensor>> = kept.into_iter().map(Ok).collect();
                if kept.is_empty() {
                    // Past the commit point only memory can run out (for a value that somebody else still holds): what
                    // was there may be overwritten, so the states are gone, and say why.
                    settle(&states, Err(e.clone()));
                } else {
                    restore(&kept);
                }
                settle(&results, Err(e));
            }
        }
    }
}

fn execute(cpu: &Cpu, plan: Arc<Plan>, inputs: Vec<Tensor>, kept: &mut Vec<Tensor>) -> Result<Vec<Tensor>> {
    let mut run = Run::new(plan, inputs)?;
    match run.advance_with(cpu, kept)? {
        Progress::Done(results) => Ok(results),
        _ => Err(Error::device("this plan has to wait for the device")),
    }
}
