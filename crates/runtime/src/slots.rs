//! The table of handles: small numbers with a generation, so that a stale one is noticed.

use crate::Promise;
use std::sync::Arc;
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
}

#[derive(Default)]
pub(crate) struct Slots {
    slots: Vec<Slot>,
    free: Vec<u32>,
}

const GENERATION_BITS: u32 = 20;

impl Slots {
    pub(crate) fn add(&mut self, ty: Type, state: State) -> u32 {
        match self.free.pop() {
            Some(i) => {
                let slot = &mut self.slots[i as usize];
                slot.live = true;
                slot.ty = ty;
                slot.state = state;
                slot.leaf = None;
                i
            }
            None => {
                self.slots.push(Slot { generation: 1, live: true, ty, state, leaf: None });
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
        slot.generation = (slot.generation + 1) % (1 << GENERATION_BITS);
        slot.state = State::Pending { frame: u32::MAX, value: Value { node: 0, out: 0 } };
        self.free.push(i);
    }

    /// Number of live slots.
    pub(crate) fn live(&self) -> usize {
        self.slots.len() - self.free.len()
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
