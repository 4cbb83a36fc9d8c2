//! The runtime's hot entries as plain Node-API functions without arguments: what the object's methods cost (argument
//! conversion, borrow tracking, class checks) is more than recording an op.

use crate::{Shared, words};
use napi::bindgen_prelude::{Object, ToNapiValue};
use napi::{Env, Result as JsResult, check_status, sys};
use std::cell::Cell;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::rc::Rc;
use talray_runtime::Error;
use talray_runtime::entries::{ENTRIES, Entry, enter, tell_status};

/// An environment's bytes may change by this much before the garbage collector hears of it.
const UNREPORTED: i64 = 4 << 20;

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
            // SAFETY: names come with their length and live for ever; `data` is a box that the finalizer alone takes back, after the
            // function that uses it is gone.
            unsafe {
                let (text, length) = (name.as_ptr().cast(), name.len() as isize);
                check_status!(sys::napi_create_function(env.raw(), text, length, Some(call), data, &raw mut function))?;
                check_status!(sys::napi_add_finalizer(env.raw(), function, data, Some(unbind), null_mut(), null_mut()))?;
                let mut key = null_mut();
                check_status!(sys::napi_create_string_utf8(env.raw(), text, length, &raw mut key))?;
                check_status!(sys::napi_set_property(env.raw(), target, key, function))?;
            }
        }
        Ok(object)
    }

    /// Runs an entry. The words are out of reach only where one entry runs within another, which none does.
    fn enter(&self, entry: Entry) {
        let (Ok(mut session), Ok(mut held)) = (self.session.try_borrow_mut(), self.words.try_borrow_mut()) else { return };
        let all = words::of(&mut held);
        let status = match catch_unwind(AssertUnwindSafe(|| enter(entry, &mut session, all))) {
            Ok(Ok(count)) => count,
            Ok(Err(e)) => self.fail(e),
            Err(_) => self.fail(Error::internal("the engine failed here; please report it")),
        };
        tell_status(all, status);
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
