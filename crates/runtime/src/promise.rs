//! A tensor that may still be under way on the engine thread.

use crate::Tensor;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use talray_core::{Code, Error, Result};

/// Called once with the outcome, on the thread that settles the promise.
type Listener = Box<dyn FnOnce(&Result<Tensor>) + Send>;

/// Filled once, with a tensor or the error that kept it from being made.
#[derive(Default)]
pub struct Promise {
    value: OnceLock<Result<Tensor>>,
    waiting: Mutex<Waiting>,
    settled: Condvar,
}

/// Who is to hear of it.
#[derive(Default)]
struct Waiting {
    listeners: Vec<Listener>,
    /// Threads that block.
    threads: usize,
}

impl Promise {
    /// One that is still open.
    pub fn open() -> Arc<Promise> {
        Arc::new(Promise::default())
    }

    /// One that holds `tensor`.
    pub fn ready(tensor: Tensor) -> Arc<Promise> {
        Promise::of(Ok(tensor))
    }

    /// One with this outcome.
    pub(crate) fn of(outcome: Result<Tensor>) -> Arc<Promise> {
        Arc::new(Promise { value: OnceLock::from(outcome), ..Promise::default() })
    }

    /// The outcome, if it is there.
    pub fn get(&self) -> Option<&Result<Tensor>> {
        self.value.get()
    }

    /// Settles it; the first time counts.
    pub fn settle(&self, outcome: Result<Tensor>) {
        let _ = self.value.set(outcome);
        let mut waiting = self.waiting();
        let listeners = std::mem::take(&mut waiting.listeners);
        let threads = waiting.threads;
        drop(waiting);
        // Waking costs a call of the system even where nobody sleeps.
        if threads > 0 {
            self.settled.notify_all();
        }
        if let Some(outcome) = self.value.get() {
            for listener in listeners {
                listener(outcome);
            }
        }
    }

    /// Calls `listener` with the outcome: now if it is there, else when it is.
    pub fn when_settled(&self, listener: Listener) {
        let mut waiting = self.waiting();
        match self.value.get() {
            Some(outcome) => {
                drop(waiting);
                listener(outcome);
            }
            None => waiting.listeners.push(listener),
        }
    }

    /// Blocks until it is settled.
    pub fn wait(&self) -> &Result<Tensor> {
        if let Some(outcome) = self.value.get() {
            return outcome;
        }
        let mut waiting = self.waiting();
        waiting.threads += 1;
        loop {
            if let Some(outcome) = self.value.get() {
                waiting.threads -= 1;
                return outcome;
            }
            waiting = self.settled.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tensor of a settled promise; moved out where nobody else holds the promise.
    pub(crate) fn take(self: Arc<Promise>) -> Result<Tensor> {
        match Arc::try_unwrap(self) {
            Ok(promise) => promise.value.into_inner().unwrap_or_else(unsettled),
            Err(shared) => shared.outcome(),
        }
    }

    /// The outcome of a settled promise.
    pub(crate) fn outcome(&self) -> Result<Tensor> {
        self.get().cloned().unwrap_or_else(unsettled)
    }

    /// The tensor of a settled promise; moved out where nobody else holds the promise, which is then to be refilled.
    pub(crate) fn empty(promise: &mut Arc<Promise>) -> Result<Tensor> {
        match Arc::get_mut(promise).and_then(|own| own.value.get_mut()) {
            Some(outcome) => std::mem::replace(outcome, Err(emptied())),
            None => promise.outcome(),
        }
    }

    /// Lets `promise` be one with this outcome: the same one again where nobody else holds it.
    pub(crate) fn refill(promise: &mut Arc<Promise>, outcome: Result<Tensor>) {
        match Arc::get_mut(promise).and_then(|own| own.value.get_mut()) {
            Some(old) => *old = outcome,
            None => *promise = Promise::of(outcome),
        }
    }
}

/// What an emptied promise holds. It costs no memory, and nobody sees it but after a panic.
fn emptied() -> Error {
    Error { code: Code::Internal, op: None, message: Box::default() }
}

fn unsettled() -> Result<Tensor> {
    Err(Error::internal("a tensor was used before the job that makes it"))
}
