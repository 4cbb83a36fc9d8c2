//! Regions: branches, loop bodies and update rules recorded inside another recording.

use super::Session;
use crate::frame::{Frame, Purpose};
use crate::{Error, Handle, Result};
use std::sync::Arc;
use talray_core::{Type, Value};

impl Session {
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
