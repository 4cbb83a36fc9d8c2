//! Work done ahead on one thread of its own, never more than asked for.

use super::cursor::{Cursor, Stage};
use super::open::Pass;
use super::plan::Dataset;
use crate::batch::Batch;
use crate::error::{Error, Result};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel, sync_channel};

/// How many rows are asked for when nobody says how many are wanted.
pub(crate) const ROWS_AT_ONCE: usize = 4096;

type Reply<T> = Box<dyn FnOnce(Result<Option<T>>) + Send>;

/// Items made by a thread, up to a number ahead of the requests. The thread ends when this is
/// dropped, after the item that it is making.
pub(crate) struct Background<T> {
    requests: Sender<Reply<T>>,
    stop: Arc<AtomicBool>,
}

impl<T: Send + 'static> Background<T> {
    /// Starts a thread that calls `make` until it gives `None` or fails.
    pub(crate) fn start(
        ahead: usize,
        stop: Arc<AtomicBool>,
        make: impl FnMut() -> Result<Option<T>> + Send + 'static,
    ) -> Result<Self> {
        let (requests, received) = channel();
        let make = guarded(make);
        spawn(move || serve(ahead, &received, make))?;
        Ok(Self { requests, stop })
    }

    /// Has `reply` called with the next item, perhaps on the thread: with `None` after the last one,
    /// and after a failure with the same failure again.
    pub(crate) fn ask(&self, reply: Reply<T>) {
        if let Err(unsent) = self.requests.send(reply) {
            unsent.0(Err(Error::internal("a reading thread ended without a word")));
        }
    }

    /// Waits for the next item.
    pub(crate) fn next(&self) -> Result<Option<T>> {
        let (sender, receiver) = sync_channel(1);
        self.ask(Box::new(move |item| drop(sender.send(item))));
        receiver.recv().unwrap_or_else(|_| Err(Error::internal("a reading thread ended without a word")))
    }
}

impl<T> Drop for Background<T> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn serve<T>(ahead: usize, requests: &Receiver<Reply<T>>, mut make: impl FnMut() -> Result<Option<T>>) {
    let mut ready = VecDeque::new();
    let mut end: Option<Result<Option<T>>> = None;
    loop {
        let idle = end.is_some() || ready.len() >= ahead;
        let request = match idle {
            true => requests.recv().map_err(|_| TryRecvError::Disconnected),
            false => requests.try_recv(),
        };
        match request {
            Err(TryRecvError::Disconnected) => return,
            Ok(reply) if !ready.is_empty() => {
                if let Some(item) = ready.pop_front() {
                    reply(Ok(Some(item)));
                }
            }
            Ok(reply) => match end.as_ref().map(repeated).unwrap_or_else(&mut make) {
                Ok(Some(item)) => reply(Ok(Some(item))),
                last => {
                    reply(repeated(&last));
                    end = Some(last);
                }
            },
            Err(TryRecvError::Empty) => match make() {
                Ok(Some(item)) => ready.push_back(item),
                last => end = Some(last),
            },
        }
    }
}

/// The end, told once more.
fn repeated<T>(end: &Result<Option<T>>) -> Result<Option<T>> {
    match end {
        Err(e) => Err(e.clone()),
        Ok(_) => Ok(None),
    }
}

/// A panic as an error, so that whoever waits hears of it.
fn guarded<T>(mut work: impl FnMut() -> Result<T>) -> impl FnMut() -> Result<T> {
    move || {
        catch_unwind(AssertUnwindSafe(&mut work))
            .unwrap_or_else(|_| Err(Error::internal("a reading thread panicked; please report it")))
    }
}

fn spawn(work: impl FnOnce() + Send + 'static) -> Result<()> {
    let thread = std::thread::Builder::new().name("talray-data".into()).spawn(work);
    thread.map(drop).map_err(|e| Error::io(format!("a reading thread could not be started: {e}")))
}

/// Does one piece of work on a thread of its own and hands over what comes of it.
///
/// # Errors
/// `IO` when no thread can be started.
pub fn in_background<T: 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
    reply: impl FnOnce(Result<T>) + Send + 'static,
) -> Result<()> {
    let mut work = Some(work);
    let mut once = guarded(move || work.take().map_or_else(|| Err(Error::internal("done twice")), |w| w()));
    spawn(move || reply(once()))
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
