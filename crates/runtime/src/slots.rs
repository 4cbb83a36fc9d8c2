//! The table of handles: small numbers with a generation, so that a stale one is noticed.

use crate::Promise;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use talray_core::{Error, Result, Type, Value};

/// What JavaScript holds: index in the low 32 bits, generation in the next 20. Exact as a number.
pub type Handle = u64;

/// Where a tensor stands.
#[derive(Clone)]
pub(crate) enum State {
    /// Recorded in a frame, not computed.
    Pending {
        /// Number of the frame.
        frame: u32,
        /// Which value there.
        value: Value,
    },
    /// Computed, or under way.
    Ready(Arc<Promise>),
}

pub(crate) struct Slot {
    pub generation: u32,
    /// Does a handle or a cell hold it?
    pub live: bool,
    pub ty: Type,
    pub state: State,
    /// The leaf that stands for it in the graph of an epoch.
    pub leaf: Option<(u64, Value)>,
    /// Its bytes, once it is computed or under way; slots of one value share them.
    held: Option<Arc<Held>>,
}

/// Bytes of a value that slots hold, counted for as long as one of them does.
struct Held {
    bytes: usize,
    /// Bytes of all that the slots of a session hold.
    all: Arc<AtomicUsize>,
}

impl Held {
    fn new(bytes: usize, all: &Arc<AtomicUsize>) -> Arc<Held> {
        all.fetch_add(bytes, Relaxed);
        Arc::new(Held { bytes, all: all.clone() })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.all.fetch_sub(self.bytes, Relaxed);
    }
}

#[derive(Default)]
pub(crate) struct Slots {
    slots: Vec<Slot>,
    free: Vec<u32>,
    bytes: Arc<AtomicUsize>,
}

const GENERATION_BITS: u32 = 20;

/// Fewer bytes than a handle's own are not counted: JavaScript's share of such a tensor says enough.
const COUNTED: usize = 4096;

impl Slots {
    pub(crate) fn add(&mut self, ty: Type, state: State) -> u32 {
        let held = if matches!(state, State::Ready(_)) { self.hold(&ty) } else { None };
        self.put(ty, state, held)
    }

    /// A slot of its own for what slot `i` holds.
    pub(crate) fn share(&mut self, i: u32) -> u32 {
        let slot = self.get(i);
        let (ty, state, leaf, held) = (slot.ty.clone(), slot.state.clone(), slot.leaf, slot.held.clone());
        let other = self.put(ty, state, held);
        self.get_mut(other).leaf = leaf;
        other
    }

    /// Puts what is computed, or under way, in the place of what was there.
    pub(crate) fn settle(&mut self, i: u32, promise: Arc<Promise>) {
        let held = self.hold(&self.get(i).ty);
        let slot = self.get_mut(i);
        (slot.state, slot.leaf, slot.held) = (State::Ready(promise), None, held);
    }

    /// Slot `i` holds another tensor of its type now. What others hold of the old one, they hold alone.
    pub(crate) fn replaced(&mut self, i: u32) {
        let slot = self.get_mut(i);
        slot.leaf = None;
        if slot.held.as_ref().is_some_and(|held| Arc::strong_count(held) > 1) {
            let held = self.hold(&self.get(i).ty);
            self.get_mut(i).held = held;
        }
    }

    /// Counts the elements of a type, where their number is known.
    fn hold(&self, ty: &Type) -> Option<Arc<Held>> {
        let bytes = ty.shape.known_size()?.saturating_mul(ty.dtype.size());
        (bytes >= COUNTED).then(|| Held::new(bytes, &self.bytes))
    }

    fn put(&mut self, ty: Type, state: State, held: Option<Arc<Held>>) -> u32 {
        match self.free.pop() {
            Some(i) => {
                let slot = &mut self.slots[i as usize];
                slot.live = true;
                slot.ty = ty;
                slot.state = state;
                slot.leaf = None;
                slot.held = held;
                i
            }
            None => {
                self.slots.push(Slot { generation: 1, live: true, ty, state, leaf: None, held });
                self.slots.len() as u32 - 1
            }
        }
    }

    pub(crate) fn handle(&self, i: u32) -> Handle {
        u64::from(i) | u64::from(self.slots[i as usize].generation) << 32
    }

    /// The index of a handle that is still valid.
    pub(crate) fn index(&self, handle: Handle) -> Result<u32> {
        let i = handle as u32;
        match self.slots.get(i as usize) {
            Some(slot) if slot.live && u64::from(slot.generation) == handle >> 32 => Ok(i),
            _ => Err(Error::option("this tensor was disposed; it cannot be used any more")),
        }
    }

    pub(crate) fn get(&self, i: u32) -> &Slot {
        &self.slots[i as usize]
    }

    pub(crate) fn get_mut(&mut self, i: u32) -> &mut Slot {
        &mut self.slots[i as usize]
    }

    /// Frees a slot; handles of it become stale.
    pub(crate) fn release(&mut self, i: u32) {
        let slot = &mut self.slots[i as usize];
        slot.live = false;
        slot.held = None;
        slot.generation = (slot.generation + 1) % (1 << GENERATION_BITS);
        slot.state = State::Pending { frame: u32::MAX, value: Value { node: 0, out: 0 } };
        self.free.push(i);
    }

    /// Number of live slots.
    pub(crate) fn live(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Bytes of what handles and cells hold, computed or under way.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Relaxed)
    }

    /// Live slots with their indices.
    pub(crate) fn living(&self) -> impl Iterator<Item = (u32, &Slot)> + '_ {
        self.slots.iter().enumerate().filter(|(_, s)| s.live).map(|(i, s)| (i as u32, s))
    }

    /// Indices of live slots that are pending in `frame`.
    pub(crate) fn pending(&self, frame: u32) -> impl Iterator<Item = (u32, Value)> + '_ {
        self.slots.iter().enumerate().filter_map(move |(i, s)| match s.state {
            State::Pending { frame: f, value } if f == frame && s.live => Some((i as u32, value)),
            _ => None,
        })
    }
}
