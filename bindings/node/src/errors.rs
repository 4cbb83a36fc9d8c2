//! Errors on their way to JavaScript.

use napi::{Error as JsError, Status};
use talray_runtime::Error;

/// An error as data.
pub(crate) struct Failure {
    code: &'static str,
    op: Option<String>,
    message: String,
}

impl Failure {
    pub(crate) fn none() -> Failure {
        Failure { code: "INTERNAL", op: None, message: "there was no error".into() }
    }

    pub(crate) fn json(&self) -> String {
        serde_json::json!({ "code": self.code, "op": self.op, "message": self.message }).to_string()
    }
}

impl From<Error> for Failure {
    fn from(e: Error) -> Failure {
        Failure { code: e.code.name(), op: e.op.map(String::from), message: e.message.into() }
    }
}

/// An error as a JavaScript exception whose message is JSON.
pub(crate) fn throw(e: Error) -> JsError {
    JsError::new(Status::GenericFailure, Failure::from(e).json())
}

/// Results whose errors are thrown.
pub(crate) trait Throws<T> {
    fn throws(self) -> napi::Result<T>;
}

impl<T> Throws<T> for talray_runtime::Result<T> {
    fn throws(self) -> napi::Result<T> {
        self.map_err(throw)
    }
}
