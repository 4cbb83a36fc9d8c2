//! Several rounds over everything before, each read as an epoch of its own.

use super::cursor::{Cursor, Stage, foreign_state};
use super::open::Pass;
use super::plan::Dataset;
use crate::batch::Batch;
use crate::error::Result;

pub(crate) struct RepeatStage {
    dataset: Dataset,
    below: usize,
    pass: Pass,
    count: Option<u64>,
    round: u64,
    up: Box<dyn Stage>,
    /// Whether the round gave anything: rounds without rows would go on for ever.
    fruitful: bool,
}

impl RepeatStage {
    pub(crate) fn open(dataset: Dataset, below: usize, pass: Pass, count: Option<u64>, at: Option<&Cursor>) -> Result<Self> {
        let (from, round) = match at {
            None => (None, 0),
            Some(Cursor::Round { source, round }) => (Some(&**source), *round),
            Some(_) => return Err(foreign_state()),
        };
        let up = dataset.open(below, &inner(&pass, count, round), from)?;
        Ok(Self { dataset, below, pass, count, round, up, fruitful: from.is_some() })
    }
}

fn inner(pass: &Pass, count: Option<u64>, round: u64) -> Pass {
    let start = count.map_or(pass.epoch, |n| pass.epoch.wrapping_mul(n));
    Pass { epoch: start.wrapping_add(round), stop: pass.stop.clone() }
}

impl Stage for RepeatStage {
    fn next(&mut self, want: usize) -> Result<Option<Batch>> {
        loop {
            if let Some(batch) = self.up.next(want)? {
                self.fruitful = true;
                return Ok(Some(batch));
            }
            if !self.fruitful || self.count.is_some_and(|n| self.round + 1 >= n) {
                return Ok(None);
            }
            self.round += 1;
            self.fruitful = false;
            let pass = inner(&self.pass, self.count, self.round);
            self.up = self.dataset.open(self.below, &pass, None)?;
        }
    }

    fn cursor(&self) -> Cursor {
        Cursor::Round { source: Box::new(self.up.cursor()), round: self.round }
    }
}
