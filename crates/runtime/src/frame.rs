//! A recording in progress: the environment's eager graph, a `jit` function, or a region.

use crate::Promise;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use talray_core::{Graph, Type, Value};

/// A tensor from outside that a graph uses.
pub(crate) struct Leaf {
    pub promise: Arc<Promise>,
}

/// What is being recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Purpose {
    /// Ops outside of any recording: run when something is read.
    Eager,
    /// A `jit` function.
    Jit,
    /// A branch, a loop body, an update rule.
    Region,
}

pub(crate) struct Frame {
    /// Unique in the session.
    pub id: u32,
    pub purpose: Purpose,
    pub graph: Graph,
    /// Raised when the graph starts anew; leaves of earlier epochs are gone.
    pub epoch: u64,
    pub leaves: Vec<Leaf>,
    /// The value that stands for each tensor from outside, by the address of its promise, which the
    /// leaf (or the binding) keeps alive.
    pub known: FxHashMap<usize, Value>,
    /// `jit`: what each graph input is bound to.
    pub bindings: Vec<Binding>,
    /// `jit`: the value of each cell that was read or assigned so far.
    pub cells: FxHashMap<u32, CellUse>,
    /// Order in which cells were first assigned.
    pub assigned: Vec<u32>,
    /// Region: slots of outer values that became inputs, in order.
    pub captures: Vec<u32>,
    /// Bytes of values recorded since the last run.
    pub bytes: usize,
    /// Where in the user's program nodes were recorded.
    pub places: Places,
}

/// Where nodes were recorded: from node `.0` on, at `.1` (the path of a layer, a line of the user's).
#[derive(Clone, Debug, Default)]
pub(crate) struct Places(Vec<(u32, Option<Arc<str>>)>);

impl Places {
    /// Nodes from number `node` on are recorded at `place`.
    pub(crate) fn from(&mut self, node: usize, place: Option<Arc<str>>) {
        match self.0.last_mut() {
            Some(last) if last.0 as usize == node => last.1 = place,
            Some(last) if last.1 == place => {}
            None if place.is_none() => {}
            _ => self.0.push((node as u32, place)),
        }
    }

    /// Where node `node` was recorded, if that was said.
    pub(crate) fn of(&self, node: u32) -> Option<&Arc<str>> {
        let at = self.0.partition_point(|(from, _)| *from <= node);
        self.0[..at].last()?.1.as_ref()
    }

    /// Was none ever said?
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A cell inside a recording.
pub(crate) struct CellUse {
    pub value: Value,
    pub assigned: bool,
}

/// Where a plan's input comes from.
#[derive(Clone)]
pub(crate) enum Binding {
    /// Argument `n` of the function.
    Argument(u32),
    /// A tensor captured while recording.
    Capture(Arc<Promise>),
    /// The state of a cell.
    Cell(u32),
}

impl Frame {
    pub(crate) fn new(id: u32, purpose: Purpose, epoch: u64) -> Frame {
        Frame {
            id,
            purpose,
            graph: Graph::new(),
            epoch,
            leaves: Vec::new(),
            known: FxHashMap::default(),
            bindings: Vec::new(),
            cells: FxHashMap::default(),
            assigned: Vec::new(),
            captures: Vec::new(),
            bytes: 0,
            places: Places::default(),
        }
    }

    /// The value of a tensor from outside: a leaf in the eager graph, an input bound to it in a `jit`.
    pub(crate) fn outside(&mut self, promise: Arc<Promise>, ty: Type) -> Value {
        let address = Arc::as_ptr(&promise) as usize;
        if let Some(value) = self.known.get(&address) {
            return *value;
        }
        let value = if self.purpose == Purpose::Jit {
            self.bindings.push(Binding::Capture(promise));
            self.graph.input(ty)
        } else {
            self.leaves.push(Leaf { promise });
            self.graph.leaf(self.leaves.len() as u32 - 1, ty)
        };
        self.known.insert(address, value);
        value
    }
}
