//! Random order: of everything, or within windows.

use super::cursor::{Cursor, Stage};
use super::open::Pass;
use super::plan::Dataset;
use super::portion::Rows;
use crate::batch::Batch;
use crate::error::Result;
use crate::hash::Stream;
use std::sync::Arc;

/// Shuffles everything; the rows are read when the first is asked for.
pub(crate) struct WholeStage {
    dataset: Dataset,
    below: usize,
    pass: Pass,
    tags: [u64; 3],
    row: usize,
    ready: Option<(Arc<Batch>, Vec<u32>)>,
}

impl WholeStage {
    pub(crate) fn new(dataset: Dataset, below: usize, pass: Pass, tags: [u64; 3], row: u64) -> Self {
        Self { dataset, below, pass, tags, row: row as usize, ready: None }
    }
}

impl Stage for WholeStage {
    fn next(&mut self, want: usize) -> Result<Option<Batch>> {
        let (rows, order) = match &mut self.ready {
            Some(ready) => ready,
            none => {
                let rows = self.dataset.all_rows(self.below, &self.pass)?;
                let order = Stream::new(&self.tags).permutation(rows.rows());
                none.insert((rows, order))
            }
        };
        let end = order.len().min(self.row.saturating_add(want.max(1)));
        if self.row >= end {
            return Ok(None);
        }
        let batch = rows.gather(&order[self.row..end]);
        self.row = end;
        Ok(Some(batch))
    }

    fn cursor(&self) -> Cursor {
        Cursor::Row { row: self.row as u64 }
    }
}

/// Shuffles within windows that follow each other. The first one of a pass has a random length, so
/// that rows meet other rows in each epoch. (A reservoir would mix a little further, but its place
/// could only be saved together with all the rows in it.)
pub(crate) struct WindowStage {
    rows: Rows,
    buffer: usize,
    tags: [u64; 3],
    /// The number of the window that is read next.
    window: u64,
    /// Rows to pass over in it, after resuming.
    emitted: usize,
    current: Option<Window>,
}

struct Window {
    start: Cursor,
    rows: Batch,
    order: Vec<u32>,
    emitted: usize,
}

impl WindowStage {
    pub(crate) fn new(up: Box<dyn Stage>, skip: u64, buffer: usize, tags: [u64; 3], window: u64, emitted: u64) -> Self {
        let emitted = emitted as usize;
        Self { rows: Rows::new(up, skip), buffer, tags, window, emitted, current: None }
    }

    fn read_window(&mut self) -> Result<Option<Window>> {
        let start = self.rows.cursor();
        let [seed, step, epoch] = self.tags;
        let mut stream = Stream::new(&[seed, step, epoch, self.window + 1]);
        let size = match self.window {
            0 => 1 + stream.below(self.buffer as u64) as usize,
            _ => self.buffer,
        };
        let Some(rows) = self.rows.pull(size)? else { return Ok(None) };
        let order = stream.permutation(rows.rows());
        let emitted = std::mem::take(&mut self.emitted);
        self.window += 1;
        Ok(Some(Window { start, rows, order, emitted }))
    }
}

impl Stage for WindowStage {
    fn next(&mut self, want: usize) -> Result<Option<Batch>> {
        loop {
            if let Some(window) = &mut self.current {
                let end = window.order.len().min(window.emitted.saturating_add(want.max(1)));
                if window.emitted < end {
                    let batch = window.rows.gather(&window.order[window.emitted..end]);
                    window.emitted = end;
                    return Ok(Some(batch));
                }
            }
            self.current = self.read_window()?;
            if self.current.is_none() {
                return Ok(None);
            }
        }
    }

    fn cursor(&self) -> Cursor {
        let (source, window, emitted) = match &self.current {
            Some(w) => (w.start.clone(), self.window - 1, w.emitted),
            None => (self.rows.cursor(), self.window, self.emitted),
        };
        Cursor::Window { source: Box::new(source), window, emitted: emitted as u64 }
    }
}
