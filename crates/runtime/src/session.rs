//! One JavaScript environment's state: handles, recordings, cells, regions and plans.

use crate::frame::{Binding, CellUse, Frame, Purpose};
use crate::jit::Registered;
use crate::slots::{Slots, State};
use crate::wire::{self, Argument, Request};
use crate::{DType, Engine, Error, Handle, Promise, Result, Tensor, Ticket};
use smallvec::SmallVec;
use std::collections::HashMap;
use std::sync::Arc;
use talray_core::dtype::Weak;
use talray_core::op::{Arity, Promote};
use talray_core::vjp::Grad;
use talray_core::{AttrValue, Dim, Literal, Region, Shape, Type, Value, autodiff, shape};

/// Recording flushes by itself past this many nodes.
const MAX_NODES: usize = 20_000;
/// Recording flushes by itself past this many bytes of recorded values.
const MAX_BYTES: usize = 256 << 20;

/// Handles with their types, as an op or a plan gives them.
pub type Outputs = SmallVec<[(Handle, Type); 2]>;

/// A gradient as it goes to JavaScript.
#[derive(Clone, Debug)]
pub enum Gradient {
    /// No gradient reaches.
    None,
    /// A tensor.
    Dense(Handle, Type),
    /// Ids, rows, and whether ids are distinct and increasing.
    Rows((Handle, Type), (Handle, Type), bool),
}

/// A cell: a variable's place.
pub(crate) struct Cell {
    pub slot: u32,
    pub ty: Type,
    pub name: String,
}

/// One environment.
pub struct Session {
    pub(crate) engine: Arc<Engine>,
    pub(crate) ticket: Ticket,
    pub(crate) slots: Slots,
    pub(crate) frames: Vec<Frame>,
    pub(crate) cells: HashMap<u32, Cell>,
    pub(crate) regions: HashMap<u32, Region>,
    pub(crate) plans: HashMap<u32, Arc<Registered>>,
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
            cells: HashMap::new(),
            regions: HashMap::new(),
            plans: HashMap::new(),
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

    /// Runs the request in `words` and writes the answer there. Gives the number of outputs.
    ///
    /// # Errors
    /// What decoding and the op's inference refuse.
    pub fn apply_words(&mut self, words: &mut [f64]) -> Result<usize> {
        let request = wire::decode(words)?;
        let outputs = self.apply(request)?;
        let mut at = 0;
        for (handle, ty) in &outputs {
            at = wire::encode(words, at, *handle, ty)?;
        }
        Ok(outputs.len())
    }

    /// Records one op in the current recording.
    ///
    /// # Errors
    /// A disposed tensor, a wrong region, and what inference refuses.
    pub fn apply(&mut self, request: Request) -> Result<Outputs> {
        let Request { op, inputs, mut attrs, regions } = request;
        let def = op.def();
        let dtypes = self.scalar_dtypes(&request_args(def, &inputs))?;
        let mut values: SmallVec<[Option<Value>; 4]> = SmallVec::with_capacity(inputs.len());
        for (argument, dtype) in inputs.iter().zip(dtypes) {
            values.push(self.argument(*argument, dtype).map_err(|e| e.in_op(def.name))?);
        }
        let mut bodies: SmallVec<[Region; 2]> = SmallVec::new();
        for id in regions {
            bodies.push(self.regions.get(&id).cloned().ok_or_else(|| Error::internal(format!("region {id} is not known")))?);
        }
        let top = self.frames.len() - 1;
        let frame = &mut self.frames[top];
        resolve_rest(def.name, &mut attrs, values.first().copied().flatten().map(|v| frame.graph.ty(v)))?;
        let outs = frame.graph.apply(op, &values, attrs, &bodies)?;
        let (id, eager) = (frame.id, frame.purpose == Purpose::Eager);
        let mut outputs = Outputs::new();
        for v in outs {
            let ty = self.frames[top].graph.ty(v).clone();
            self.frames[top].bytes += ty.shape.size().known().unwrap_or(0) * ty.dtype.size();
            let slot = self.slots.add(ty.clone(), State::Pending { frame: id, value: v });
            if eager {
                self.recorded.push(slot);
            }
            outputs.push((self.slots.handle(slot), ty));
        }
        if eager && self.held == 0 && (self.frames[0].graph.nodes.len() > MAX_NODES || self.frames[0].bytes > MAX_BYTES) {
            self.flush()?;
        }
        Ok(outputs)
    }

    fn argument(&mut self, argument: Argument, dtype: DType) -> Result<Option<Value>> {
        Ok(Some(match argument {
            Argument::Absent => return Ok(None),
            Argument::Tensor(handle) => {
                let slot = self.slots.index(handle)?;
                self.value(slot)?
            }
            Argument::Cell(cell) => self.cell_value(cell, self.frames.len() - 1)?,
            Argument::Number(x) => self.top().graph.constant(Literal::scalar(x, dtype)),
            Argument::Bool(x) => self.top().graph.constant(Literal::scalar(f64::from(u8::from(x)), dtype)),
            Argument::Int(x) => {
                let literal = if dtype.size() == 8 && dtype.is_int() {
                    Literal { dtype, shape: SmallVec::new(), bytes: Arc::from(x.to_le_bytes().as_slice()) }
                } else {
                    Literal::scalar(x as f64, dtype)
                };
                self.top().graph.constant(literal)
            }
        }))
    }

    /// The dtype that each argument would have as a scalar: weak beside promoting tensors.
    fn scalar_dtypes(&self, args: &[(Argument, Promote)]) -> Result<SmallVec<[DType; 4]>> {
        if !args.iter().any(|(a, _)| matches!(a, Argument::Number(_) | Argument::Bool(_) | Argument::Int(_))) {
            return Ok(SmallVec::from_elem(DType::F32, args.len()));
        }
        let mut common: Option<DType> = None;
        for (argument, promote) in args {
            if *promote == Promote::No {
                continue;
            }
            let dtype = match argument {
                Argument::Tensor(handle) => self.slots.get(self.slots.index(*handle)?).ty.dtype,
                Argument::Cell(cell) => self.cell(*cell)?.ty.dtype,
                _ => continue,
            };
            let dtype = if *promote == Promote::Float { dtype.to_float() } else { dtype };
            common = Some(common.map_or(dtype, |c| c.promote(dtype)));
        }
        Ok(args
            .iter()
            .map(|(argument, promote)| {
                let (weak, alone) = match argument {
                    Argument::Number(x) if x.fract() == 0.0 && *promote == Promote::No => (Weak::Int, DType::I32),
                    Argument::Number(x) if x.fract() == 0.0 && x.abs() < 9.1e15 => (Weak::Int, DType::F32),
                    Argument::Number(_) => (Weak::Float, DType::F32),
                    Argument::Bool(_) => (Weak::Bool, DType::Bool),
                    _ => (Weak::Int, DType::I64),
                };
                match common {
                    Some(common) if *promote != Promote::No => common.with_weak(weak),
                    _ => alone,
                }
            })
            .collect())
    }

    /// The value that stands for a slot in the current recording.
    pub(crate) fn value(&mut self, i: u32) -> Result<Value> {
        self.value_in(i, self.frames.len() - 1)
    }

    /// The value that stands for a slot in recording number `depth`.
    pub(crate) fn value_in(&mut self, i: u32, depth: usize) -> Result<Value> {
        let (frame_id, epoch, purpose) = {
            let f = &self.frames[depth];
            (f.id, f.epoch, f.purpose)
        };
        let slot = self.slots.get(i);
        if let State::Pending { frame, value } = slot.state
            && frame == frame_id
        {
            return Ok(value);
        }
        if let Some((at, value)) = slot.leaf
            && at == epoch
        {
            return Ok(value);
        }
        if let State::Pending { frame, .. } = slot.state {
            if !self.frames[..depth].iter().any(|f| f.id == frame) {
                return Err(Error::option(
                    "this tensor belongs to a recording (jit, cond, scan …) that has ended; return it from the function instead",
                ));
            }
            if purpose != Purpose::Region {
                self.realise(&[i])?;
            }
        }
        let ty = self.slots.get(i).ty.clone();
        let value = match (&self.slots.get(i).state, purpose) {
            (State::Ready(promise), Purpose::Eager | Purpose::Jit) => {
                let promise = promise.clone();
                self.frames[depth].outside(promise, ty)
            }
            _ => {
                // Symbols are numbered per graph: a region has no name for an outer one.
                if ty.shape.known().is_none() {
                    let why = "a tensor whose size is not known while recording cannot be used inside a branch, a loop or a rule";
                    return Err(Error::unsupported(format!("{why} (it has shape {}); pass it as an argument", ty.shape)));
                }
                let own = self.alias(i);
                let f = &mut self.frames[depth];
                f.captures.push(own);
                f.graph.input(ty)
            }
        };
        self.slots.get_mut(i).leaf = Some((epoch, value));
        Ok(value)
    }

    pub(crate) fn cell(&self, cell: u32) -> Result<&Cell> {
        self.cells.get(&cell).ok_or_else(|| Error::option("this variable was disposed"))
    }

    /// The value of a cell in recording number `depth`.
    pub(crate) fn cell_value(&mut self, cell: u32, depth: usize) -> Result<Value> {
        if let Some(used) = self.frames[depth].cells.get(&cell) {
            return Ok(used.value);
        }
        let (slot, ty) = {
            let c = self.cell(cell)?;
            (c.slot, c.ty.clone())
        };
        let value = match self.frames[depth].purpose {
            Purpose::Eager => return self.value_in(slot, depth),
            Purpose::Jit => {
                let f = &mut self.frames[depth];
                f.bindings.push(Binding::Cell(cell));
                f.graph.input(ty)
            }
            Purpose::Region => {
                let outer = self.cell_value(cell, depth - 1)?;
                let outer_slot = match self.frames[depth - 1].purpose {
                    Purpose::Eager => self.alias(slot),
                    _ => self.slots.add(ty.clone(), State::Pending { frame: self.frames[depth - 1].id, value: outer }),
                };
                let f = &mut self.frames[depth];
                f.captures.push(outer_slot);
                f.graph.input(ty)
            }
        };
        self.frames[depth].cells.insert(cell, CellUse { value, assigned: false });
        Ok(value)
    }

    /// A slot of its own for what slot `i` holds. Each handle and each cell has its own slot, so
    /// that a handle that is given back twice (by hand and by a finalizer) harms nobody else.
    pub(crate) fn alias(&mut self, i: u32) -> u32 {
        let slot = self.slots.get(i);
        let (ty, state, leaf) = (slot.ty.clone(), slot.state.clone(), slot.leaf);
        let eager = matches!(state, State::Pending { frame, .. } if frame == self.frames[0].id);
        let alias = self.slots.add(ty, state);
        self.slots.get_mut(alias).leaf = leaf;
        if eager {
            self.recorded.push(alias);
        }
        alias
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
        if let State::Ready(promise) = &self.slots.get(i).state {
            return Ok(promise.clone());
        }
        if self.frames.len() > 1 {
            return Err(Error::option(
                "a value cannot be read while a function is being recorded (jit, grad of a jit, cond, scan): it has no value yet. \
                 Use where, cond or scan to choose by value, or read it outside",
            ));
        }
        self.realise(&[i])?;
        match &self.slots.get(i).state {
            State::Ready(promise) => Ok(promise.clone()),
            State::Pending { .. } => Err(Error::internal("a tensor was not computed")),
        }
    }

    /// A new cell with the value of `handle`.
    ///
    /// # Errors
    /// A disposed tensor, or a value of unknown shape.
    pub fn new_cell(&mut self, handle: Handle, name: &str) -> Result<u32> {
        let i = self.slots.index(handle)?;
        if self.frames.len() > 1 {
            // Initial values are computed outside of the recording that happens to make the variable.
            if let State::Pending { frame, .. } = self.slots.get(i).state
                && frame != self.frames[0].id
            {
                return Err(Error::option(
                    "a variable's initial value cannot depend on a recording; make the variable before jit, or from plain numbers",
                ));
            }
        }
        let ty = self.slots.get(i).ty.clone();
        let slot = self.alias(i);
        let id = self.number();
        self.cells.insert(id, Cell { slot, ty, name: name.to_owned() });
        Ok(id)
    }

    /// Frees a cell.
    pub fn free_cell(&mut self, cell: u32) {
        if let Some(c) = self.cells.remove(&cell) {
            self.slots.release(c.slot);
        }
    }

    /// A handle for a cell's current value.
    ///
    /// # Errors
    /// A disposed cell.
    pub fn read_cell(&mut self, cell: u32) -> Result<(Handle, Type)> {
        let ty = self.cell(cell)?.ty.clone();
        let depth = self.frames.len() - 1;
        let slot = if self.frames[depth].purpose == Purpose::Eager {
            let slot = self.cell(cell)?.slot;
            self.alias(slot)
        } else {
            let value = self.cell_value(cell, depth)?;
            self.slots.add(ty.clone(), State::Pending { frame: self.frames[depth].id, value })
        };
        Ok((self.slots.handle(slot), ty))
    }

    /// Gives a cell a new value of the same dtype and shape.
    ///
    /// # Errors
    /// `SHAPE` or `DTYPE` when the types differ; `UNSUPPORTED` inside a region.
    pub fn assign(&mut self, cell: u32, handle: Handle) -> Result<()> {
        let i = self.slots.index(handle)?;
        let (old, want, name) = {
            let c = self.cell(cell)?;
            (c.slot, c.ty.clone(), c.name.clone())
        };
        let got = &self.slots.get(i).ty;
        if got.dtype != want.dtype {
            return Err(Error::dtype(format!("variable {name} holds {}, received {}; cast first", want.dtype, got.dtype)));
        }
        if got.shape.known().is_some() && got.shape != want.shape {
            return Err(Error::shape(format!("variable {name} has shape {}, received {}", want.shape, got.shape)));
        }
        let depth = self.frames.len() - 1;
        match self.frames[depth].purpose {
            Purpose::Eager => {
                let own = self.alias(i);
                self.slots.release(old);
                if let Some(c) = self.cells.get_mut(&cell) {
                    c.slot = own;
                }
            }
            Purpose::Jit => {
                let value = self.value(i)?;
                // A cell that is assigned is also an input: its buffer is where the new value goes.
                self.cell_value(cell, depth)?;
                let f = self.top();
                let used = f.cells.insert(cell, CellUse { value, assigned: true });
                if !used.is_some_and(|u| u.assigned) {
                    f.assigned.push(cell);
                }
            }
            Purpose::Region => {
                return Err(Error::unsupported(format!(
                    "variable {name} is assigned inside a branch, a loop body or an update rule; return the new value and assign it outside"
                )));
            }
        }
        Ok(())
    }

    /// Gradients of `loss` with respect to tensors and cells of the current recording.
    ///
    /// # Errors
    /// As [`autodiff::gradients`].
    pub fn gradients(&mut self, loss: Handle, seed: Option<Handle>, wrt: &[Argument]) -> Result<Vec<Gradient>> {
        let slot = self.slots.index(loss)?;
        let loss = self.value(slot)?;
        let seed = match seed {
            Some(h) => {
                let slot = self.slots.index(h)?;
                Some(self.value(slot)?)
            }
            None => None,
        };
        let mut values = Vec::with_capacity(wrt.len());
        for w in wrt {
            values.push(self.argument(*w, DType::F32)?.ok_or_else(|| Error::internal("a gradient was asked for nothing"))?);
        }
        let frame = self.top();
        let grads = autodiff::gradients(&mut frame.graph, loss, seed, &values)?;
        Ok(grads
            .into_iter()
            .map(|g| match g {
                None => Gradient::None,
                Some(Grad::Dense(v)) => {
                    let (h, t) = self.handle_of(v);
                    Gradient::Dense(h, t)
                }
                Some(Grad::Rows(rows)) => Gradient::Rows(self.handle_of(rows.ids), self.handle_of(rows.rows), rows.coalesced),
            })
            .collect())
    }

    /// A new handle for a value of the current recording.
    pub(crate) fn handle_of(&mut self, value: Value) -> (Handle, Type) {
        let f = self.top();
        let (id, eager) = (f.id, f.purpose == Purpose::Eager);
        let ty = f.graph.ty(value).clone();
        let slot = self.slots.add(ty.clone(), State::Pending { frame: id, value });
        if eager {
            self.recorded.push(slot);
        }
        (self.slots.handle(slot), ty)
    }

    /// Keeps the eager graph whole until [`Session::unhold`]: gradients need it.
    pub fn hold(&mut self) {
        self.held += 1;
    }

    /// Ends a [`Session::hold`].
    pub fn unhold(&mut self) {
        self.held = self.held.saturating_sub(1);
    }

    /// Begins a region whose inputs have these types; gives their handles.
    pub fn begin_region(&mut self, inputs: &[Type]) -> Vec<Handle> {
        self.begin(Purpose::Region, inputs)
    }

    pub(crate) fn begin(&mut self, purpose: Purpose, inputs: &[Type]) -> Vec<Handle> {
        let (id, epoch) = (self.number(), self.epoch());
        let mut frame = Frame::new(id, purpose, epoch);
        frame.places.from(0, self.place.clone());
        let values: Vec<Value> = inputs.iter().map(|ty| frame.graph.input(ty.clone())).collect();
        self.frames.push(frame);
        values.into_iter().map(|v| self.handle_of(v).0).collect()
    }

    /// Ends a region with these results. Gives its number, handles of the outer values that it
    /// captured (they are its last inputs), and the types of its results.
    ///
    /// # Errors
    /// A disposed result, or no region was begun.
    pub fn end_region(&mut self, results: &[Handle]) -> Result<(u32, Vec<Handle>, Vec<Type>)> {
        if self.frames.last().is_none_or(|f| f.purpose != Purpose::Region) {
            return Err(Error::internal("no region was begun"));
        }
        let mut outputs = Vec::new();
        for h in results {
            let slot = self.slots.index(*h)?;
            outputs.push(self.value(slot)?);
        }
        let Some(mut frame) = self.frames.pop() else { return Err(Error::internal("no recording")) };
        frame.graph.outputs = outputs;
        let types = frame.graph.outputs.iter().map(|v| frame.graph.ty(*v).clone()).collect();
        let captures = frame.captures.iter().map(|i| self.slots.handle(*i)).collect();
        let id = self.number();
        self.regions.insert(id, Arc::new(frame.graph));
        Ok((id, captures, types))
    }

    /// Forgets a region (the ops that use it keep it).
    pub fn free_region(&mut self, region: u32) {
        self.regions.remove(&region);
    }

    /// Ends the innermost recording without a result, after an error in the recorded function.
    pub fn abandon(&mut self) {
        if self.frames.len() > 1
            && let Some(frame) = self.frames.pop()
        {
            frame.captures.iter().for_each(|i| self.slots.release(*i));
        }
    }

    /// How many recordings are open inside each other.
    pub fn depth(&self) -> usize {
        self.frames.len() - 1
    }
}

impl Drop for Session {
    /// The environment is gone: what it queued and has not begun is not run. A step that runs ends, and frees its tensors.
    fn drop(&mut self) {
        self.ticket.cancel();
    }
}

/// Promotion of each argument that was given, variadic ones repeated.
fn request_args(def: &talray_core::OpDef, inputs: &[Argument]) -> SmallVec<[(Argument, Promote); 4]> {
    let rule = |i: usize| {
        let last = def.args.len().saturating_sub(1);
        let arg = def.args.get(i).or_else(|| def.args.get(last).filter(|a| a.arity == Arity::Variadic));
        arg.map_or(Promote::No, |a| a.promote)
    };
    inputs.iter().enumerate().map(|(i, a)| (*a, rule(i))).collect()
}

/// Works out a size of −1 in a `reshape` from the size of its input.
fn resolve_rest(op: &str, attrs: &mut [AttrValue], input: Option<&Type>) -> Result<()> {
    for attr in attrs {
        let AttrValue::Dims(dims) = attr else { continue };
        let rest = Dim::Known(usize::MAX);
        let mut open = dims.iter().enumerate().filter(|(_, d)| **d == rest);
        let Some((at, _)) = open.next() else { continue };
        if open.next().is_some() {
            return Err(Error::shape("only one size may be -1").in_op(op));
        }
        let Some(input) = input else { return Err(Error::shape("a size of -1 cannot be worked out here").in_op(op)) };
        let others = shape::Shape(dims.iter().filter(|d| **d != rest).cloned().collect()).size();
        let size = input.shape.size();
        if let (Some(n), Some(m)) = (size.known(), others.known())
            && (m == 0 || n % m != 0)
        {
            return Err(Error::shape(format!(
                "a tensor of shape {} ({n} elements) cannot be cut into pieces of {m}",
                input.shape
            ))
            .in_op(op));
        }
        dims[at] = size.div(&others);
    }
    Ok(())
}
