//! Batches, take and skip.

use super::cursor::{Cursor, Stage};
use crate::batch::Batch;
use crate::error::Result;
use std::collections::VecDeque;

/// Cuts rows into portions of a wanted size and knows where the first row not handed out came from.
pub(crate) struct Rows {
    up: Box<dyn Stage>,
    /// Chunks with the place before them and how many of their rows are used.
    pending: VecDeque<(Cursor, Batch, usize)>,
    held: usize,
    /// Rows still to drop after resuming.
    drop: usize,
    ended: bool,
}

impl Rows {
    pub(crate) fn new(up: Box<dyn Stage>, drop: u64) -> Self {
        Self { up, pending: VecDeque::new(), held: 0, drop: drop as usize, ended: false }
    }

    /// The next `size` rows, fewer at the end, `None` after it.
    pub(crate) fn pull(&mut self, size: usize) -> Result<Option<Batch>> {
        while self.held < size && !self.ended {
            let before = self.up.cursor();
            let wanted = (size - self.held).saturating_add(self.drop);
            match self.up.next(wanted)? {
                None => self.ended = true,
                Some(chunk) if chunk.rows() <= self.drop => self.drop -= chunk.rows(),
                Some(chunk) => {
                    let used = std::mem::take(&mut self.drop);
                    self.held += chunk.rows() - used;
                    self.pending.push_back((before, chunk, used));
                }
            }
        }
        let size = size.min(self.held);
        if size == 0 {
            return Ok(None);
        }
        self.held -= size;
        self.join(size).map(Some)
    }

    fn join(&mut self, size: usize) -> Result<Batch> {
        let mut taken = Vec::new();
        let mut missing = size;
        while let Some((_, chunk, used)) = self.pending.front_mut().filter(|_| missing > 0) {
            let left = chunk.rows() - *used;
            if left > missing {
                let rows = chunk.slice(*used..*used + missing);
                *used += missing;
                taken.push((rows, 0..missing));
                missing = 0;
            } else if let Some((_, chunk, used)) = self.pending.pop_front() {
                missing -= left;
                taken.push((chunk, used..used + left));
            }
        }
        match taken.as_slice() {
            [(chunk, range)] if range.len() == chunk.rows() => Ok(taken.swap_remove(0).0),
            several => {
                let parts: Vec<_> = several.iter().map(|(c, range)| (c, range.clone())).collect();
                Batch::concat(&parts)
            }
        }
    }

    pub(crate) fn cursor(&self) -> Cursor {
        match self.pending.front() {
            Some((before, _, used)) => Cursor::counted(before.clone(), *used as u64),
            None => Cursor::counted(self.up.cursor(), self.drop as u64),
        }
    }
}

/// Portions of equal size.
pub(crate) struct BatchStage {
    rows: Rows,
    size: usize,
    drop_remainder: bool,
}

impl BatchStage {
    pub(crate) fn new(up: Box<dyn Stage>, size: usize, drop_remainder: bool, skip: u64) -> Self {
        Self { rows: Rows::new(up, skip), size, drop_remainder }
    }
}

impl Stage for BatchStage {
    fn next(&mut self, _want: usize) -> Result<Option<Batch>> {
        let batch = self.rows.pull(self.size)?;
        Ok(batch.filter(|b| b.rows() == self.size || !self.drop_remainder))
    }

    fn cursor(&self) -> Cursor {
        self.rows.cursor()
    }
}

/// Keeps the first rows or batches.
pub(crate) struct TakeStage {
    pub up: Box<dyn Stage>,
    pub limit: u64,
    pub done: u64,
    pub by_batch: bool,
}

impl Stage for TakeStage {
    fn next(&mut self, want: usize) -> Result<Option<Batch>> {
        let left = self.limit.saturating_sub(self.done);
        if left == 0 {
            return Ok(None);
        }
        let want = if self.by_batch { want } else { want.min(left as usize) };
        let Some(batch) = self.up.next(want)? else { return Ok(None) };
        if self.by_batch {
            self.done += 1;
            return Ok(Some(batch));
        }
        let rows = left.min(batch.rows() as u64) as usize;
        self.done += rows as u64;
        Ok(Some(if rows < batch.rows() { batch.slice(0..rows) } else { batch }))
    }

    fn cursor(&self) -> Cursor {
        Cursor::counted(self.up.cursor(), self.done)
    }
}

/// Drops the first rows or batches.
pub(crate) struct SkipStage {
    pub up: Box<dyn Stage>,
    pub count: u64,
    pub done: u64,
    pub by_batch: bool,
}

impl Stage for SkipStage {
    fn next(&mut self, want: usize) -> Result<Option<Batch>> {
        while let Some(batch) = self.up.next(want)? {
            let left = self.count.saturating_sub(self.done);
            if left == 0 {
                return Ok(Some(batch));
            }
            if self.by_batch {
                self.done += 1;
                continue;
            }
            let rows = batch.rows() as u64;
            self.done += left.min(rows);
            if rows > left {
                return Ok(Some(batch.slice(left as usize..batch.rows())));
            }
        }
        Ok(None)
    }

    fn cursor(&self) -> Cursor {
        Cursor::counted(self.up.cursor(), self.done)
    }
}
