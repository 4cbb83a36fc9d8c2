//! A tensor that may still be under way on the engine thread.

use crate::Tensor;
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use talray_core::{Error, Result};

/// Called once with the outcome, on the thread that settles the promise.
type Listener = Box<dyn FnOnce(&Result<Tensor>) + Send>;

/// Filled once, with a tensor or the error that kept it from being made.
#[derive(Default)]
pub struct Promise {
    value: OnceLock<Result<Tensor>>,
    waiting: Mutex<Vec<Listener>>,
    settled: Condvar,
}

impl Promise {
    /// One that is still open.
    pub fn open() -> Arc<Promise> {
        Arc::new(Promise::default())
    }

    /// One that holds `tensor`.
    pub fn ready(tensor: Tensor) -> Arc<Promise> {
        let promise = Promise::default();
        let _ = promise.value.set(Ok(tensor));
        Arc::new(promise)
    }

    /// The outcome, if it is there.
    pub fn get(&self) -> Option<&Result<Tensor>> {
        self.value.get()
    }

    /// Settles it; the first time counts.
    pub fn settle(&self, outcome: Result<Tensor>) {
        let _ = self.value.set(outcome);
        let listeners = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        self.settled.notify_all();
        if let Some(outcome) = self.value.get() {
            for listener in listeners {
                listener(outcome);
            }
        }
    }

    /// Calls `listener` with the outcome: now if it is there, else when it is.
    pub fn when_settled(&self, listener: Listener) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        match self.value.get() {
            Some(outcome) => {
                drop(waiting);
                listener(outcome);
            }
            None => waiting.push(listener),
        }
    }

    /// Blocks until it is settled.
    pub fn wait(&self) -> &Result<Tensor> {
        let mut guard = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(outcome) = self.value.get() {
                return outcome;
            }
            guard = self.settled.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The tensor of a settled promise; moved out where nobody else holds the promise.
    pub(crate) fn take(self: Arc<Promise>) -> Result<Tensor> {
        match Arc::try_unwrap(self) {
            Ok(promise) => promise.value.into_inner().unwrap_or_else(unsettled),
            Err(shared) => shared.get().cloned().unwrap_or_else(unsettled),
        }
    }
}

fn unsettled() -> Result<Tensor> {
    Err(Error::internal("a tensor was used before the job that makes it"))
}
