//! Builds the chain of stages for one epoch.

use super::background::PrefetchStage;
use super::cursor::{Cursor, Stage, counted, foreign_state};
use super::plan::Dataset;
use super::portion::{BatchStage, SkipStage, TakeStage};
use super::repeat::RepeatStage;
use super::shuffle::{WholeStage, WindowStage};
use super::split::SplitStage;
use super::steps::{Shuffle, Step};
use crate::batch::Batch;
use crate::error::{Error, Result};
use crate::label::LabelStage;
use crate::memory::RowsStage;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Which pass over the data this is, and whether it has been called off.
#[derive(Clone)]
pub(crate) struct Pass {
    pub epoch: u64,
    pub stop: Arc<AtomicBool>,
}

impl Pass {
    pub(crate) fn new(epoch: u64) -> Self {
        Self { epoch, stop: Arc::default() }
    }
}

impl Dataset {
    /// The stage after the first `depth` steps.
    pub(super) fn open(&self, depth: usize, pass: &Pass, at: Option<&Cursor>) -> Result<Box<dyn Stage>> {
        let Some(below) = depth.checked_sub(1) else {
            let up = self.source.open(at)?;
            return Ok(match &self.label {
                Some(label) => Box::new(LabelStage { up, label: label.clone() }),
                None => up,
            });
        };
        let by_batch = self.steps[..below].iter().any(|s| matches!(s, Step::Batch(_)));
        Ok(match &self.steps[below] {
            Step::Cache(_) => {
                Box::new(CachedStage { dataset: self.clone(), below, pass: pass.clone(), row: row_of(at)?, rows: None })
            }
            Step::Shuffle(options) => self.open_shuffle(below, options, pass, at)?,
            Step::Split(options) => {
                let (from, row) = counted(at)?;
                Box::new(SplitStage::new(self.open(below, pass, from)?, options.clone(), row))
            }
            Step::Take(options) => {
                let (from, done) = counted(at)?;
                let up = self.open(below, pass, from)?;
                Box::new(TakeStage { up, limit: options.count, done, by_batch })
            }
            Step::Skip(options) => {
                let (from, done) = counted(at)?;
                let up = self.open(below, pass, from)?;
                Box::new(SkipStage { up, count: options.count, done, by_batch })
            }
            Step::Batch(options) => {
                let (from, skip) = counted(at)?;
                let up = self.open(below, pass, from)?;
                Box::new(BatchStage::new(up, options.size, options.drop_remainder, skip))
            }
            Step::Repeat(options) => Box::new(RepeatStage::open(self.clone(), below, pass.clone(), options.count, at)?),
            Step::Prefetch(options) => PrefetchStage::open(self, below, pass, at, options.batches)?,
        })
    }

    fn open_shuffle(&self, below: usize, options: &Shuffle, pass: &Pass, at: Option<&Cursor>) -> Result<Box<dyn Stage>> {
        let epoch = if options.reshuffle { pass.epoch } else { 0 };
        let tags = [options.seed, below as u64, epoch];
        let Some(buffer) = options.buffer else {
            let row = row_of(at)?;
            return Ok(Box::new(WholeStage::new(self.clone(), below, pass.clone(), tags, row)));
        };
        let (from, window, emitted) = match at {
            None => (None, 0, 0),
            Some(Cursor::Window { source, window, emitted }) => (Some(&**source), *window, *emitted),
            Some(_) => return Err(foreign_state()),
        };
        let (from, skip) = counted(from)?;
        let up = self.open(below, pass, from)?;
        Ok(Box::new(WindowStage::new(up, skip, buffer, tags, window, emitted)))
    }

    /// All rows after the first `depth` steps; kept for later passes when they are the same in each.
    pub(super) fn all_rows(&self, depth: usize, pass: &Pass) -> Result<Arc<Batch>> {
        let varies = self.steps[..depth].iter().any(|s| matches!(s, Step::Shuffle(o) if o.reshuffle));
        if varies {
            return self.read_rows(depth, pass);
        }
        // A reader that panicked while it held the lock left nothing half-written.
        let mut kept = self.kept[depth].lock().unwrap_or_else(|e| e.into_inner());
        if let Some(rows) = &*kept {
            return Ok(rows.clone());
        }
        let rows = self.read_rows(depth, pass)?;
        *kept = Some(rows.clone());
        Ok(rows)
    }

    fn read_rows(&self, depth: usize, pass: &Pass) -> Result<Arc<Batch>> {
        let mut endless = false;
        for step in &self.steps[..depth] {
            endless = match step {
                Step::Repeat(options) => endless || options.count.is_none(),
                Step::Take(_) => false,
                _ => endless,
            };
        }
        if endless {
            return Err(Error::option(
                "a dataset that repeats without end cannot be held as a whole: give shuffle a buffer, or take a number of rows first",
            ));
        }
        let mut stage = self.open(depth, pass, None)?;
        let mut parts = Vec::new();
        let mut count = 0;
        while let Some(part) = stage.next(1 << 16)? {
            if pass.stop.load(Ordering::Relaxed) {
                return Err(Error::io("reading was called off"));
            }
            count += part.rows();
            if count > u32::MAX as usize {
                return Err(Error::memory("more than 4294967295 rows cannot be held at once: give shuffle a buffer"));
            }
            parts.push(part);
        }
        let ranges: Vec<_> = parts.iter().map(|p| (p, 0..p.rows())).collect();
        Ok(Arc::new(Batch::concat(&ranges)?))
    }
}

fn row_of(at: Option<&Cursor>) -> Result<u64> {
    match at {
        None => Ok(0),
        Some(Cursor::Row { row }) => Ok(*row),
        Some(_) => Err(foreign_state()),
    }
}

/// Rows kept in memory, in their order; read when first asked for.
struct CachedStage {
    dataset: Dataset,
    below: usize,
    pass: Pass,
    row: u64,
    rows: Option<RowsStage>,
}

impl Stage for CachedStage {
    fn next(&mut self, want: usize) -> Result<Option<Batch>> {
        let rows = match &mut self.rows {
            Some(rows) => rows,
            none => {
                let all = self.dataset.all_rows(self.below, &self.pass)?;
                none.insert(RowsStage { rows: all, row: self.row as usize })
            }
        };
        rows.next(want)
    }

    fn cursor(&self) -> Cursor {
        self.rows.as_ref().map_or(Cursor::Row { row: self.row }, RowsStage::cursor)
    }
}
