//! The N-API binding: finds the words, hands out promises, and knows no op by name.
//!
//! One [`Native`] per JavaScript environment wraps the runtime's `Session`. Errors cross as JSON
//! text (`code`, `op`, `message`) that the TypeScript side turns into `TalrayError`.
#![expect(unsafe_code, reason = "napi-derive's generated code, and the shared words")]

mod data;
mod entries;
mod errors;
mod plans;
mod state;
mod tables;
mod words;

use entries::Reported;
use errors::{Failure, Throws, throw};
use napi::bindgen_prelude::{Env, Float64Array, Object, Result, Uint8Array};
use napi_derive::napi;
use std::cell::{RefCell, RefMut};
use std::rc::Rc;
use talray_runtime::{Engine, Error, Session, Tensor};

/// One environment's engine state.
#[napi]
pub struct Native {
    shared: Rc<Shared>,
}

/// What the methods of [`Native`] and the plain functions beside it work on.
struct Shared {
    session: RefCell<Session>,
    words: RefCell<Float64Array>,
    failure: RefCell<Option<Failure>>,
    reported: Reported,
}

type Settle = Box<dyn FnOnce(Env) -> Result<Uint8Array> + Send>;

#[napi]
impl Native {
    /// State that talks through `words`, which is held for as long as this lives.
    #[napi(constructor, catch_unwind)]
    pub fn new(words: Float64Array) -> Native {
        let session = Session::new(Engine::get().clone());
        let (session, words) = (RefCell::new(session), RefCell::new(words));
        let (failure, reported) = (RefCell::default(), Reported::default());
        Native { shared: Rc::new(Shared { session, words, failure, reported }) }
    }

    /// The functions `apply`, `upload`, `read`, `free` and `run`, whose requests and answers are in the words.
    #[napi(catch_unwind, ts_return_type = "Entries")]
    pub fn entries<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        self.shared.entries(env)
    }

    /// The last error of one of these functions, as JSON.
    #[napi(catch_unwind)]
    pub fn last_error(&self) -> String {
        self.shared.failure.borrow_mut().take().unwrap_or_else(Failure::none).json()
    }

    /// A tensor with these little-endian elements.
    #[napi(catch_unwind)]
    pub fn upload(&self, bytes: &[u8], dtype: u32, shape: Vec<f64>) -> Result<f64> {
        let dtype = talray_runtime::DType::from_wire(dtype as u8).throws()?;
        let shape: Vec<usize> = shape.iter().map(|n| *n as usize).collect();
        Ok(self.session().upload(bytes, dtype, &shape).throws()? as f64)
    }

    /// The elements of a tensor, when they are there.
    #[napi(catch_unwind, ts_return_type = "Promise<Uint8Array>")]
    pub fn read<'env>(&self, env: &'env Env, handle: f64) -> Result<Object<'env>> {
        let promise = self.session().read(handle as u64).throws()?;
        let (deferred, object) = env.create_deferred::<Uint8Array, Settle>()?;
        promise.when_settled(Box::new(move |outcome| match outcome.as_ref().map_err(Clone::clone).and_then(bytes_of) {
            Ok(bytes) => deferred.resolve(Box::new(move |_| Ok(Uint8Array::with_data_copied(bytes)))),
            Err(e) => deferred.reject(throw(e)),
        }));
        Ok(object)
    }

    /// The elements of a tensor; waits for them.
    #[napi(catch_unwind)]
    pub fn read_sync(&self, handle: f64) -> Result<Uint8Array> {
        let promise = self.session().read(handle as u64).throws()?;
        let bytes = promise.wait().as_ref().map_err(Clone::clone).and_then(bytes_of).throws()?;
        Ok(Uint8Array::with_data_copied(bytes))
    }

    /// Writes dtype, rank and sizes of a tensor into the words.
    #[napi(catch_unwind)]
    pub fn describe(&self, handle: f64) -> Result<()> {
        let ty = self.session().describe(handle as u64).throws()?;
        let mut held = self.shared.words.borrow_mut();
        talray_runtime::wire::encode(words::of(&mut held), 0, handle as u64, &ty).throws()?;
        Ok(())
    }

    pub(crate) fn session(&self) -> RefMut<'_, Session> {
        self.shared.session.borrow_mut()
    }
}

fn bytes_of(tensor: &Tensor) -> std::result::Result<Vec<u8>, Error> {
    talray_runtime::bytes_of(&Engine::get().cpu, tensor)
}
