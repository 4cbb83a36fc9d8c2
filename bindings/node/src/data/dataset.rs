//! Data sets and the feeds that read them.

use super::arrays::{RawBatch, RawEncoded, raw_batch, raw_encoded};
use super::columns::NativeColumns;
use super::encoder::NativeEncoder;
use super::promise;
use crate::errors::Throws;
use napi::bindgen_prelude::{Env, Object, Result, Uint8Array};
use napi_derive::napi;
use talray_runtime::data::{Batch, CsvOptions, CsvSource, Dataset, Encoded, Feed, Input, IterState};

/// What is read, in which order, in which portions.
#[napi]
pub struct NativeDataset {
    pub(super) inner: Dataset,
}

#[napi]
impl NativeDataset {
    /// A dataset from its description in JSON; reads headers and infers types.
    #[napi(factory, catch_unwind)]
    pub fn open(spec: String) -> Result<NativeDataset> {
        Ok(NativeDataset { inner: Dataset::from_json(&spec).throws()? })
    }

    /// CSV text that is in memory; `name` stands for it in messages.
    #[napi(factory, catch_unwind)]
    pub fn csv_bytes(options: String, name: String, bytes: Uint8Array) -> Result<NativeDataset> {
        let options = CsvOptions::from_json(&options).throws()?;
        let input = Input::Bytes { name, bytes: bytes.to_vec().into() };
        let source = CsvSource::from_inputs(options, vec![input]).throws()?;
        Ok(NativeDataset { inner: Dataset::new(std::sync::Arc::new(source)) })
    }

    /// Rows that are in memory.
    #[napi(factory, catch_unwind)]
    pub fn of_columns(columns: &NativeColumns) -> Result<NativeDataset> {
        Ok(NativeDataset { inner: Dataset::from_batch(columns.take().throws()?) })
    }

    /// The same with one more step, written as JSON.
    #[napi(catch_unwind)]
    pub fn step(&self, step: String) -> Result<NativeDataset> {
        Ok(NativeDataset { inner: self.inner.clone().step_json(&step).throws()? })
    }

    /// The same with a label, written as JSON.
    #[napi(catch_unwind)]
    pub fn label(&self, label: String) -> Result<NativeDataset> {
        Ok(NativeDataset { inner: self.inner.clone().label_json(&label).throws()? })
    }

    /// The columns' names.
    #[napi(catch_unwind)]
    pub fn names(&self) -> Vec<String> {
        self.inner.names().to_vec()
    }

    /// Starts reading an epoch, or resumes from a state.
    #[napi(catch_unwind)]
    pub fn feed(&self, epoch: f64, state: Option<String>, ahead: u32) -> Result<NativeFeed> {
        let state = read_state(state)?;
        Ok(NativeFeed { inner: self.inner.feed(epoch as u64, state.as_ref(), ahead as usize).throws()? })
    }

    /// The same with encoded batches.
    #[napi(catch_unwind)]
    pub fn encoded(&self, encoder: &NativeEncoder, epoch: f64, state: Option<String>, ahead: u32) -> Result<NativeEncodedFeed> {
        let state = read_state(state)?;
        let inner = self.inner.encoded(encoder.inner.clone(), epoch as u64, state.as_ref(), ahead as usize);
        Ok(NativeEncodedFeed { inner: inner.throws()? })
    }
}

fn read_state(state: Option<String>) -> Result<Option<IterState>> {
    state.map(|s| IterState::from_json(&s)).transpose().throws()
}

/// Batches of an epoch.
#[napi]
pub struct NativeFeed {
    inner: Feed<Batch>,
}

#[napi]
impl NativeFeed {
    /// The place before the first batch, as JSON.
    #[napi(catch_unwind)]
    pub fn start(&self) -> Result<String> {
        self.inner.state().to_json().throws()
    }

    /// The next batch, or null.
    #[napi(catch_unwind, ts_return_type = "Promise<RawBatch | null>")]
    pub fn next<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let (object, settle) = promise::<Option<RawBatch>>(env)?;
        self.inner.ask(move |item| {
            settle(item.map(|item| -> super::Settle<_> {
                Box::new(move |_| {
                    let Some((batch, state)) = item else { return Ok(None) };
                    Ok(Some(raw_batch(batch, state.to_json().throws()?)))
                })
            }));
        });
        Ok(object)
    }
}

/// Encoded batches of an epoch.
#[napi]
pub struct NativeEncodedFeed {
    inner: Feed<Encoded>,
}

#[napi]
impl NativeEncodedFeed {
    /// The place before the first batch, as JSON.
    #[napi(catch_unwind)]
    pub fn start(&self) -> Result<String> {
        self.inner.state().to_json().throws()
    }

    /// The next batch, or null.
    #[napi(catch_unwind, ts_return_type = "Promise<RawEncoded | null>")]
    pub fn next<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let (object, settle) = promise::<Option<RawEncoded>>(env)?;
        self.inner.ask(move |item| {
            settle(item.map(|item| -> super::Settle<_> {
                Box::new(move |_| {
                    let Some((batch, state)) = item else { return Ok(None) };
                    Ok(Some(raw_encoded(batch, state.to_json().throws()?)))
                })
            }));
        });
        Ok(object)
    }
}
