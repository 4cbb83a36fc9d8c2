//! One pass over a dataset, with a state from which another process goes on.

use super::background::{Background, ROWS_AT_ONCE};
use super::cursor::{IterState, Stage, foreign_state};
use super::open::Pass;
use super::plan::Dataset;
use crate::batch::Batch;
use crate::error::{Error, Result};

/// The batches of one epoch.
pub struct DatasetIter {
    stage: Box<dyn Stage>,
    plan: String,
    epoch: u64,
    failure: Option<Error>,
    pass: Pass,
}

impl DatasetIter {
    pub(super) fn start(dataset: &Dataset, epoch: u64) -> Result<Self> {
        let pass = Pass::new(epoch);
        let stage = dataset.open(dataset.steps.len(), &pass, None)?;
        Ok(Self { stage, plan: dataset.fingerprint()?, epoch, failure: None, pass })
    }

    pub(super) fn resume(dataset: &Dataset, state: &IterState) -> Result<Self> {
        let plan = dataset.fingerprint()?;
        if plan != state.plan || state.version != 1 {
            return Err(foreign_state());
        }
        let pass = Pass::new(state.epoch);
        let stage = dataset.open(dataset.steps.len(), &pass, Some(&state.cursor))?;
        Ok(Self { stage, plan, epoch: state.epoch, failure: None, pass })
    }

    /// The next batch (without a `batch` step: some rows, as many as the source finds handy), or
    /// `None` at the end. After a failure every call fails the same way.
    #[expect(clippy::should_implement_trait, reason = "errors end it, and its place can be saved")]
    pub fn next(&mut self) -> Result<Option<Batch>> {
        if let Some(error) = &self.failure {
            return Err(error.clone());
        }
        self.stage.next(ROWS_AT_ONCE).inspect_err(|e| self.failure = Some(e.clone()))
    }

    /// The place after the batch handed out last.
    pub fn state(&self) -> IterState {
        let cursor = self.stage.cursor();
        IterState { version: 1, plan: self.plan.clone(), epoch: self.epoch, cursor }
    }

    /// The epoch being read.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }
}

/// Batches of one epoch, encoded or as they are, prepared on a thread of their own.
pub struct Feed<T> {
    background: Background<(T, IterState)>,
    last: IterState,
}

impl<T: Send + 'static> Feed<T> {
    pub(super) fn start(
        dataset: &Dataset,
        epoch: u64,
        state: Option<&IterState>,
        ahead: usize,
        prepare: impl Fn(Batch) -> Result<T> + Send + 'static,
    ) -> Result<Self> {
        let mut iter = match state {
            Some(state) => dataset.resume(state)?,
            None => dataset.iter(epoch)?,
        };
        let last = iter.state();
        let stop = iter.pass.stop.clone();
        let make = move || match iter.next()? {
            Some(batch) => Ok(Some((prepare(batch)?, iter.state()))),
            None => Ok(None),
        };
        Ok(Self { background: Background::start(ahead.clamp(1, 1024), stop, make)?, last })
    }

    /// Waits for the next batch; `None` at the end. After a failure every call fails the same way.
    #[expect(clippy::should_implement_trait, reason = "errors end it, and its place can be saved")]
    pub fn next(&mut self) -> Result<Option<T>> {
        Ok(self.background.next()?.map(|(item, state)| {
            self.last = state;
            item
        }))
    }

    /// Has `reply` called on the reading thread with the next batch and the place after it.
    pub fn ask(&self, reply: impl FnOnce(Result<Option<(T, IterState)>>) + Send + 'static) {
        self.background.ask(Box::new(reply));
    }

    /// The place after the batch that `next` gave last.
    pub fn state(&self) -> &IterState {
        &self.last
    }
}
