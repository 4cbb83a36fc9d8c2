//! Work done ahead on one thread of its own, never more than asked for.

use super::cursor::{Cursor, Stage};
use super::open::Pass;
use super::plan::Dataset;
use crate::batch::Batch;
use crate::error::{Error, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;

/// How many rows are asked for when nobody says how many are wanted.
pub(crate) const ROWS_AT_ONCE: usize = 4096;

/// Items made by a thread, up to a number ahead. Dropping it stops and joins the thread.
pub(crate) struct Background<T> {
    receiver: Option<Receiver<Result<Option<T>>>>,
    thread: Option<JoinHandle<()>>,
    stop: Arc<AtomicBool>,
    ended: bool,
}

impl<T: Send + 'static> Background<T> {
    /// Starts a thread that calls `make` until it gives `None` or fails.
    pub(crate) fn start(
        ahead: usize,
        stop: Arc<AtomicBool>,
        mut make: impl FnMut() -> Result<Option<T>> + Send + 'static,
    ) -> Result<Self> {
        let (sender, receiver) = sync_channel(ahead.saturating_sub(1));
        let called_off = stop.clone();
        let thread = std::thread::Builder::new()
            .name("talray-data".into())
            .spawn(move || {
                while !called_off.load(Ordering::Relaxed) {
                    let item = make();
                    let last = !matches!(item, Ok(Some(_)));
                    if sender.send(item).is_err() || last {
                        return;
                    }
                }
            })
            .map_err(|e| Error::io(format!("a reading thread could not be started: {e}")))?;
        Ok(Self { receiver: Some(receiver), thread: Some(thread), stop, ended: false })
    }

    pub(crate) fn next(&mut self) -> Result<Option<T>> {
        let Some(receiver) = self.receiver.as_ref().filter(|_| !self.ended) else {
            return Ok(None);
        };
        let item = receiver.recv().unwrap_or_else(|_| Err(Error::internal("a reading thread ended without a word")));
        self.ended = !matches!(item, Ok(Some(_)));
        item
    }
}

impl<T> Drop for Background<T> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // A thread that waits for room sees the channel close.
        self.receiver = None;
        if let Some(thread) = self.thread.take() {
            // Its panic, if any, has been reported as an error.
            let _ = thread.join();
        }
    }
}

/// Prepares portions ahead. Its cursor is that of the portion handed out last, so a saved state does
/// not depend on how far ahead the thread was.
pub(crate) struct PrefetchStage {
    background: Background<(Batch, Cursor)>,
    last: Cursor,
}

impl PrefetchStage {
    pub(crate) fn open(
        dataset: &Dataset,
        below: usize,
        pass: &Pass,
        at: Option<&Cursor>,
        ahead: usize,
    ) -> Result<Box<dyn Stage>> {
        // A flag of its own: ending this thread must not end a later round of the same pass.
        let pass = Pass::new(pass.epoch);
        let mut up = dataset.open(below, &pass, at)?;
        let last = up.cursor();
        let make = move || Ok(up.next(ROWS_AT_ONCE)?.map(|batch| (batch, up.cursor())));
        Ok(Box::new(Self { background: Background::start(ahead, pass.stop, make)?, last }))
    }
}

impl Stage for PrefetchStage {
    fn next(&mut self, _want: usize) -> Result<Option<Batch>> {
        let Some((batch, cursor)) = self.background.next()? else { return Ok(None) };
        self.last = cursor;
        Ok(Some(batch))
    }

    fn cursor(&self) -> Cursor {
        self.last.clone()
    }
}
