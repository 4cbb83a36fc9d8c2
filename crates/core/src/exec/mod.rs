//! Runs plans on a backend, as a state machine: it can stop where a value must be read (a
//! branch, a loop condition, a data-dependent size) and go on later. On a backend whose reads are
//! immediate it never stops.

pub mod check;
mod control;
mod frame;
mod scan;
mod shapes;

pub use frame::{Progress, run_op};
pub use shapes::Symbols;

use crate::backend::{Backend, Tensor};
use crate::plan::Plan;
use crate::{Error, Result};
use frame::Frame;
use std::sync::Arc;

/// One run of a plan.
pub struct Run<B: Backend> {
    frames: Vec<Frame<B>>,
}

impl<B: Backend> Run<B> {
    /// Starts `plan` on `inputs`, which must have the types the plan was recorded with.
    ///
    /// # Errors
    /// A wrong number of inputs, a dtype or shape that does not match.
    pub fn new(plan: Arc<Plan>, mut inputs: Vec<Tensor<B::Buffer>>) -> Result<Run<B>> {
        Ok(Run { frames: vec![Frame::new(plan, &mut inputs, false)?] })
    }

    /// As [`Run::new`]; the inputs stay as they are until the plan's commit point, which comes after everything that can
    /// fail, and [`Run::into_inputs`] gives them back. They are taken out of `inputs` unless they are refused.
    ///
    /// # Errors
    /// As [`Run::new`].
    pub fn keeping(plan: Arc<Plan>, inputs: &mut Vec<Tensor<B::Buffer>>) -> Result<Run<B>> {
        Ok(Run { frames: vec![Frame::new(plan, inputs, true)?] })
    }

    /// The inputs of a run that was to keep them and failed. `None` past the commit point.
    pub fn into_inputs(self) -> Option<Vec<Tensor<B::Buffer>>> {
        self.frames.into_iter().next()?.into_inputs()
    }

    /// Goes on until the end or the next read that has not arrived.
    ///
    /// # Errors
    /// Whatever a step refuses, named with its op. Nothing outside has been written then.
    pub fn advance(&mut self, backend: &B) -> Result<Progress<B>> {
        loop {
            let Some(frame) = self.frames.last_mut() else { return Err(Error::internal("a finished run was advanced")) };
            match frame.advance(backend)? {
                Progress::Waiting => return Ok(Progress::Waiting),
                Progress::Enter(child) => self.frames.push(*child),
                Progress::Done(results) => {
                    self.frames.pop();
                    match self.frames.last_mut() {
                        None => return Ok(Progress::Done(results)),
                        Some(parent) => parent.returned(backend, results)?,
                    }
                }
            }
        }
    }

    /// Runs to the end on a backend whose reads are immediate.
    ///
    /// # Errors
    /// As [`Run::advance`]; `DEVICE` where a read would have to be awaited.
    pub fn finish(mut self, backend: &B) -> Result<Vec<Tensor<B::Buffer>>> {
        match self.advance(backend)? {
            Progress::Done(results) => Ok(results),
            _ => Err(Error::device("this plan has to wait for the device; use the asynchronous form")),
        }
    }
}
