//! Errors on their way to JavaScript, and what becomes of panics.

use js_sys::Promise;
use std::sync::{Mutex, Once, PoisonError};
use talray_runtime::Error;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// An error as data.
pub(crate) struct Failure(Error);

impl Failure {
    pub(crate) fn none() -> Failure {
        Failure(Error::internal("there was no error"))
    }

    pub(crate) fn json(&self) -> String {
        let Error { code, op, message } = &self.0;
        serde_json::json!({ "code": code.name(), "op": op.as_deref(), "message": &**message }).to_string()
    }
}

impl From<Error> for Failure {
    fn from(e: Error) -> Failure {
        Failure(e)
    }
}

/// Results whose errors are thrown, as JavaScript errors whose message is JSON.
pub(crate) trait Throws<T> {
    fn throws(self) -> crate::Result<T>;
}

impl<T> Throws<T> for talray_runtime::Result<T> {
    fn throws(self) -> crate::Result<T> {
        self.map_err(|e| js_sys::Error::new(&Failure(e).json()).into())
    }
}

/// A promise that is settled already.
pub(crate) fn settled(outcome: crate::Result<impl Into<JsValue>>) -> Promise {
    match outcome {
        Ok(value) => Promise::resolve(&value.into()),
        Err(thrown) => Promise::reject(&thrown),
    }
}

static PANIC: Mutex<String> = Mutex::new(String::new());

/// From now on the message of a panic outlives the trap that it ends in.
pub(crate) fn keep_panic_messages() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|info| *PANIC.lock().unwrap_or_else(PoisonError::into_inner) = info.to_string()));
    });
}

/// What the panic said that killed this instance; empty where none did.
#[wasm_bindgen(js_name = panicMessage)]
pub fn panic_message() -> String {
    PANIC.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// What `start` has its reply called with. Work is done on the calling thread here, so that is before it returns.
pub(crate) fn outcome<T: Send + 'static>(
    start: impl FnOnce(Box<dyn FnOnce(talray_runtime::Result<T>) + Send>) -> talray_runtime::Result<()>,
) -> talray_runtime::Result<T> {
    let (sender, receiver) = std::sync::mpsc::channel();
    start(Box::new(move |result| drop(sender.send(result))))?;
    receiver.try_recv().unwrap_or_else(|_| Err(Error::internal("work ended without a word")))
}
