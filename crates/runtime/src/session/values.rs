//! Which value of a recording stands for a handle.

use super::Session;
use crate::frame::Purpose;
use crate::slots::State;
use crate::{Error, Handle, Result};
use talray_core::{Type, Value};

impl Session {
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

    /// A slot of its own for what slot `i` holds. Each handle and each cell has its own slot, so
    /// that a handle that is given back twice (by hand and by a finalizer) harms nobody else.
    pub(crate) fn alias(&mut self, i: u32) -> u32 {
        let alias = self.slots.share(i);
        if matches!(self.slots.get(alias).state, State::Pending { frame, .. } if frame == self.frames[0].id) {
            self.recorded.push(alias);
        }
        alias
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
}
