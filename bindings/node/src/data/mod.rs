//! Data sets and feature encoders. Options cross as JSON, columns and batches as typed arrays;
//! everything that reads settles promises from a thread of its own.

mod arrays;
mod columns;
mod dataset;
mod encoder;

use crate::errors::throw;
use napi::bindgen_prelude::{Env, Object, Result, ToNapiValue};
use talray_runtime::Error;

/// What a promise settles with, made on the thread of its environment.
pub(crate) type Settle<T> = Box<dyn FnOnce(Env) -> Result<T> + Send>;

/// A promise, and the function that settles it from any thread.
pub(crate) fn promise<'env, T: ToNapiValue + 'static>(
    env: &'env Env,
) -> Result<(Object<'env>, impl FnOnce(std::result::Result<Settle<T>, Error>) + Send + use<T>)> {
    let (deferred, object) = env.create_deferred::<T, Settle<T>>()?;
    let settle = move |outcome: std::result::Result<Settle<T>, Error>| match outcome {
        Ok(value) => deferred.resolve(value),
        Err(e) => deferred.reject(throw(e)),
    };
    Ok((object, settle))
}
