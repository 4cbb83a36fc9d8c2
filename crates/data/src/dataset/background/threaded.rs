//! Items made ahead of the requests on a thread of its own.

use super::{Reply, guarded, spawn};
use crate::error::{Error, Result};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel, sync_channel};

/// Items made by a thread, up to a number ahead of the requests. The thread ends when this is
/// dropped, after the item that it is making.
pub(in crate::dataset) struct Background<T> {
    requests: Sender<Reply<T>>,
    stop: Arc<AtomicBool>,
}

impl<T: Send + 'static> Background<T> {
    /// Starts a thread that calls `make` until it gives `None` or fails.
    pub(in crate::dataset) fn start(
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
    pub(in crate::dataset) fn ask(&self, reply: Reply<T>) {
        if let Err(unsent) = self.requests.send(reply) {
            unsent.0(Err(Error::internal("a reading thread ended without a word")));
        }
    }

    /// Waits for the next item.
    pub(in crate::dataset) fn next(&self) -> Result<Option<T>> {
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
