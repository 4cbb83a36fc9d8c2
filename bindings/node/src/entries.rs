//! The hot entries: plain Node-API functions without arguments, whose requests and answers are in the words.
//!
//! What the object's methods cost (argument conversion, borrow tracking, class checks) is more than recording an op.
//! Each entry leaves a count in the word [`STATUS`]; −1 after an error that `lastError` tells; [`TOO_LONG`] where the
//! method of the same purpose is to be called.

use crate::{Shared, words};
use napi::bindgen_prelude::{Object, ToNapiValue};
use napi::{Env, Result as JsResult, check_status, sys};
use std::cell::Cell;
use std::ffi::{CStr, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::rc::Rc;
use talray_runtime::{DType, Error, Result, Session, wire};

/// Words at the end of all: [`DATA`] for what is uploaded, read or freed, which may happen while a request is being
/// written; then those below.
const TAIL: usize = DATA + 8;
const DATA: usize = 4096;
/// From the end: where entries leave their status.
const STATUS: usize = 1;
/// From the end: how many recordings are open.
pub(crate) const DEPTH: usize = 2;

/// An environment's bytes may change by this much before the garbage collector hears of it.
const UNREPORTED: i64 = 4 << 20;

/// What an entry does with the words of requests and those of data; gives its status.
type Entry = fn(&mut Session, &mut [f64], &mut [f64]) -> Result<i32>;

/// The data is longer than its words.
const TOO_LONG: i32 = -2;

/// Records the op that the words ask for: the number of outputs.
fn apply(session: &mut Session, words: &mut [f64], _: &mut [f64]) -> Result<i32> {
    Ok(session.apply_words(words)? as i32)
}

/// Makes a tensor. Data: dtype, rank, sizes, bytes, and the elements from the next word on. Answer, in its place: handle.
fn upload(session: &mut Session, _: &mut [f64], data: &mut [f64]) -> Result<i32> {
    let short = || Error::internal("an upload is longer than its words");
    let dtype = DType::from_wire(data[0] as u8)?;
    let rank = data[1] as usize;
    let shape: Vec<usize> = data.get(2..2 + rank).ok_or_else(short)?.iter().map(|n| *n as usize).collect();
    let length = *data.get(2 + rank).ok_or_else(short)? as usize;
    let elements = words::bytes(&data[3 + rank..]).get(..length).ok_or_else(short)?;
    data[0] = session.upload(elements, dtype, &shape)? as f64;
    Ok(1)
}

/// Reads a tensor, waiting for it. Data: handle. Answer, in its place: the elements; their number of bytes.
fn read(session: &mut Session, _: &mut [f64], data: &mut [f64]) -> Result<i32> {
    let promise = session.read(data[0] as u64)?;
    let tensor = promise.wait().as_ref().map_err(Clone::clone)?;
    let room = words::bytes_mut(data);
    if tensor.bytes() > room.len() {
        return Ok(TOO_LONG);
    }
    talray_runtime::with_bytes(&session.engine().cpu, tensor, |elements| {
        room[..elements.len()].copy_from_slice(elements);
        elements.len() as i32
    })
}

/// Gives handles back. Data: their number, and they.
fn free(session: &mut Session, _: &mut [f64], data: &mut [f64]) -> Result<i32> {
    for handle in data[1..].iter().take(data[0] as usize) {
        session.free(*handle as u64);
    }
    Ok(0)
}

/// Starts a plan. Words: its number, the number of arguments, their handles. Answer: its results, as after an op.
fn run(session: &mut Session, words: &mut [f64], _: &mut [f64]) -> Result<i32> {
    let arguments: Vec<u64> = words[2..].iter().take(words[1] as usize).map(|h| *h as u64).collect();
    let outputs = session.run(words[0] as u32, &arguments)?;
    let mut at = 0;
    for (handle, ty) in &outputs {
        at = wire::encode(words, at, *handle, ty)?;
    }
    Ok(outputs.len() as i32)
}

const ENTRIES: [(&CStr, Entry); 5] = [(c"apply", apply), (c"upload", upload), (c"read", read), (c"free", free), (c"run", run)];

/// What a function is made with.
struct Bound {
    shared: Rc<Shared>,
    entry: Entry,
}

/// Bytes of an environment's tensors that its garbage collector was told of.
#[derive(Default)]
pub(crate) struct Reported(Cell<i64>);

impl Reported {
    /// Tells it what changed, where that is much; `live` are the bytes now.
    fn update(&self, env: sys::napi_env, live: i64) {
        let change = live - self.0.get();
        if change.abs() >= UNREPORTED {
            self.0.set(live);
            let mut total = 0;
            // SAFETY: `env` is the environment that is calling; the answer goes to `total`.
            unsafe { sys::napi_adjust_external_memory(env, change, &raw mut total) };
        }
    }
}

impl Shared {
    /// An object with the entries as functions. They keep this alive.
    pub(crate) fn entries<'env>(self: &Rc<Shared>, env: &'env Env) -> JsResult<Object<'env>> {
        let object = Object::new(env)?;
        // SAFETY: `env` is the environment that is calling.
        let target = unsafe { Object::to_napi_value(env.raw(), object)? };
        for (name, entry) in ENTRIES {
            let data = Box::into_raw(Box::new(Bound { shared: self.clone(), entry })).cast::<c_void>();
            let mut function = null_mut();
            // SAFETY: names end in 0 and live for ever; `data` is a box that the finalizer alone takes back, after the
            // function that uses it is gone.
            unsafe {
                let length = name.to_bytes().len() as isize;
                check_status!(sys::napi_create_function(env.raw(), name.as_ptr(), length, Some(call), data, &raw mut function))?;
                check_status!(sys::napi_add_finalizer(env.raw(), function, data, Some(unbind), null_mut(), null_mut()))?;
                check_status!(sys::napi_set_named_property(env.raw(), target, name.as_ptr(), function))?;
            }
        }
        Ok(object)
    }

    /// Runs an entry. The words are out of reach only where one entry runs within another, which none does.
    fn enter(&self, entry: Entry) {
        let (Ok(mut session), Ok(mut held)) = (self.session.try_borrow_mut(), self.words.try_borrow_mut()) else { return };
        let all = words::of(&mut held);
        let (words, tail) = all.split_at_mut(all.len() - TAIL);
        let status = match catch_unwind(AssertUnwindSafe(|| entry(&mut session, words, &mut tail[..DATA]))) {
            Ok(Ok(count)) => count,
            Ok(Err(e)) => self.fail(e),
            Err(_) => self.fail(Error::internal("the engine failed here; please report it")),
        };
        tail[TAIL - STATUS] = f64::from(status);
    }

    fn fail(&self, error: Error) -> i32 {
        *self.failure.borrow_mut() = Some(error.into());
        -1
    }
}

/// What Node calls.
unsafe extern "C" fn call(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let mut data = null_mut();
    // SAFETY: `info` is of this call, and only the data is asked for.
    let status = unsafe { sys::napi_get_cb_info(env, info, null_mut(), null_mut(), null_mut(), &raw mut data) };
    if status == sys::Status::napi_ok {
        // SAFETY: the data is the box that the function was made with, which lives as long as the function.
        let bound = unsafe { &*data.cast::<Bound>() };
        bound.shared.enter(bound.entry);
        if let Ok(session) = bound.shared.session.try_borrow() {
            bound.shared.reported.update(env, session.bytes() as i64);
        }
    }
    null_mut()
}

unsafe extern "C" fn unbind(_env: sys::napi_env, data: *mut c_void, _hint: *mut c_void) {
    // SAFETY: the box that a function was made with, given back once.
    drop(unsafe { Box::from_raw(data.cast::<Bound>()) });
}
