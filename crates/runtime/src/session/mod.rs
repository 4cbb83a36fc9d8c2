//! One JavaScript environment's state: handles, recordings, cells, regions and plans.

mod cells;
mod gradients;
mod record;
mod regions;
mod values;

pub use gradients::Gradient;

use crate::frame::{Frame, Purpose};
use crate::jit::Registered;
use crate::slots::{Slots, State};
use crate::{DType, Engine, Error, Handle, Promise, Result, Tensor, Ticket};
use cells::Cell;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::sync::Arc;
use talray_core::{Region, Shape, Type};

/// Handles with their types, as an op or a plan gives them.
pub type Outputs = SmallVec<[(Handle, Type); 2]>;

/// One environment.
pub struct Session {
    pub(crate) engine: Arc<Engine>,
    pub(crate) ticket: Ticket,
    pub(crate) slots: Slots,
    pub(crate) frames: Vec<Frame>,
    pub(crate) cells: FxHashMap<u32, Cell>,
    pub(crate) regions: FxHashMap<u32, Region>,
    pub(crate) plans: FxHashMap<u32, Arc<Registered>>,
    /// While above 0, recording never flushes by itself and reads leave the graph as it is.
    pub(crate) held: u32,
    pub(crate) recorded: Vec<u32>,
    /// Where in the user's program ops are recorded now, if that was said.
    pub(crate) place: Option<Arc<str>>,
    numbers: u32,
    epochs: u64,
}

impl Session {
    /// A new environment on `engine`.
    pub fn new(engine: Arc<Engine>) -> Session {
        let eager = Frame::new(0, Purpose::Eager, 1);
        Session {
            engine,
            ticket: Ticket::default(),
            slots: Slots::default(),
            frames: vec![eager],
            cells: FxHashMap::default(),
            regions: FxHashMap::default(),
            plans: FxHashMap::default(),
            held: 0,
            recorded: Vec::new(),
            place: None,
            numbers: 1,
            epochs: 1,
        }
    }

    pub(crate) fn number(&mut self) -> u32 {
        self.numbers += 1;
        self.numbers
    }

    pub(crate) fn epoch(&mut self) -> u64 {
        self.epochs += 1;
        self.epochs
    }

    /// Says where in the user's program ops are recorded from now on (a layer's path, a line): errors name it.
    pub fn set_place(&mut self, place: Option<&str>) {
        self.place = place.map(Arc::from);
        let place = self.place.clone();
        let frame = self.top();
        frame.places.from(frame.graph.nodes.len(), place);
    }

    pub(crate) fn top(&mut self) -> &mut Frame {
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    /// What the device holds.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Number of live handles and cells' tensors.
    pub fn live(&self) -> usize {
        self.slots.live()
    }

    /// Bytes of the larger tensors that handles and cells of this environment hold, computed or under way. A view of a
    /// tensor counts like a tensor.
    pub fn bytes(&self) -> usize {
        self.slots.bytes()
    }

    /// Makes a tensor of little-endian elements.
    ///
    /// # Errors
    /// `MEMORY`, or `INTERNAL` when the bytes do not fit the shape.
    pub fn upload(&mut self, bytes: &[u8], dtype: DType, shape: &[usize]) -> Result<Handle> {
        use talray_core::backend::Backend;
        let tensor = self.engine.cpu.upload(bytes, dtype, shape)?;
        Ok(self.adopt(tensor))
    }

    /// A handle for a tensor.
    pub fn adopt(&mut self, tensor: Tensor) -> Handle {
        let ty = Type::new(tensor.dtype, Shape::of(tensor.shape()));
        let slot = self.slots.add(ty, State::Ready(Promise::ready(tensor)));
        self.slots.handle(slot)
    }

    /// Gives a handle back. A stale one is ignored.
    pub fn free(&mut self, handle: Handle) {
        if let Ok(i) = self.slots.index(handle) {
            self.slots.release(i);
        }
    }

    /// Type of a handle; unknown sizes are filled in once they are computed.
    ///
    /// # Errors
    /// A disposed tensor, or the error that kept it from being made.
    pub fn describe(&mut self, handle: Handle) -> Result<Type> {
        let i = self.slots.index(handle)?;
        if self.slots.get(i).ty.shape.known().is_none() && self.frames.len() == 1 {
            let promise = self.promise(i)?;
            let tensor = promise.wait().as_ref().map_err(Clone::clone)?;
            self.slots.get_mut(i).ty.shape = Shape::of(tensor.shape());
        }
        Ok(self.slots.get(i).ty.clone())
    }

    /// The promise of a handle's tensor; what it needs is started.
    ///
    /// # Errors
    /// A disposed tensor, or one inside a recording.
    pub fn read(&mut self, handle: Handle) -> Result<Arc<Promise>> {
        let i = self.slots.index(handle)?;
        self.promise(i)
    }

    pub(crate) fn promise(&mut self, i: u32) -> Result<Arc<Promise>> {
        self.ready(i)?;
        match &self.slots.get(i).state {
            State::Ready(promise) => Ok(promise.clone()),
            State::Pending { .. } => Err(Error::internal("a tensor was not computed")),
        }
    }

    /// Starts what a slot needs, unless it is computed or under way.
    pub(crate) fn ready(&mut self, i: u32) -> Result<()> {
        if matches!(self.slots.get(i).state, State::Ready(_)) {
            return Ok(());
        }
        if self.frames.len() > 1 {
            return Err(Error::option(
                "a value cannot be read while a function is being recorded (jit, grad of a jit, cond, scan): it has no value yet. \
                 Use where, cond or scan to choose by value, or read it outside",
            ));
        }
        self.realise(&[i])
    }

    /// Keeps the eager graph whole until [`Session::unhold`]: gradients need it.
    pub fn hold(&mut self) {
        self.held += 1;
    }

    /// Ends a [`Session::hold`].
    pub fn unhold(&mut self) {
        self.held = self.held.saturating_sub(1);
    }
}

impl Drop for Session {
    /// The environment is gone: what it queued and has not begun is not run. A step that runs ends, and frees its tensors.
    fn drop(&mut self) {
        self.ticket.cancel();
    }
}
