//! Data sets and the feeds that read them.

use super::arrays::{raw_batch, raw_encoded};
use super::columns::NativeColumns;
use super::encoder::NativeEncoder;
use crate::Result;
use crate::errors::{Throws, outcome, settled};
use js_sys::{Promise, Uint8Array};
use talray_runtime::data::{Batch, CsvOptions, CsvSource, Dataset, Encoded, Feed, Input, IterState};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// What is read, in which order, in which portions.
#[wasm_bindgen]
pub struct NativeDataset {
    pub(super) inner: Dataset,
}

#[wasm_bindgen]
impl NativeDataset {
    /// A dataset from its description in JSON; infers types.
    pub fn open(spec: &str) -> Result<NativeDataset> {
        Ok(NativeDataset { inner: Dataset::from_json(spec).throws()? })
    }

    /// CSV text that is in memory; `name` stands for it in messages.
    #[wasm_bindgen(js_name = csvBytes)]
    pub fn csv_bytes(options: &str, name: String, bytes: Vec<u8>) -> Result<NativeDataset> {
        let options = CsvOptions::from_json(options).throws()?;
        let input = Input::Bytes { name, bytes: bytes.into() };
        let source = CsvSource::from_inputs(options, vec![input]).throws()?;
        Ok(NativeDataset { inner: Dataset::new(std::sync::Arc::new(source)) })
    }

    /// CSV files that were read into memory, and their names.
    #[wasm_bindgen(js_name = csvInputs)]
    pub fn csv_inputs(options: &str, names: Vec<String>, bytes: Vec<Uint8Array>) -> Result<NativeDataset> {
        let options = CsvOptions::from_json(options).throws()?;
        let input = |(name, bytes): (String, Uint8Array)| Input::Bytes { name, bytes: bytes.to_vec().into() };
        let source = CsvSource::from_inputs(options, names.into_iter().zip(bytes).map(input).collect()).throws()?;
        Ok(NativeDataset { inner: Dataset::new(std::sync::Arc::new(source)) })
    }

    /// Rows that are in memory.
    #[wasm_bindgen(js_name = ofColumns)]
    pub fn of_columns(columns: &NativeColumns) -> Result<NativeDataset> {
        Ok(NativeDataset { inner: Dataset::from_batch(columns.take().throws()?) })
    }

    /// The same with one more step, written as JSON.
    pub fn step(&self, step: &str) -> Result<NativeDataset> {
        Ok(NativeDataset { inner: self.inner.clone().step_json(step).throws()? })
    }

    /// The same with a label, written as JSON.
    pub fn label(&self, label: &str) -> Result<NativeDataset> {
        Ok(NativeDataset { inner: self.inner.clone().label_json(label).throws()? })
    }

    /// The columns' names.
    pub fn names(&self) -> Vec<String> {
        self.inner.names().to_vec()
    }

    /// Starts reading an epoch, or resumes from a state.
    pub fn feed(&self, epoch: f64, state: Option<String>, ahead: u32) -> Result<NativeFeed> {
        let state = read_state(state)?;
        Ok(NativeFeed { inner: self.inner.feed(epoch as u64, state.as_ref(), ahead as usize).throws()? })
    }

    /// The same with encoded batches.
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
#[wasm_bindgen]
pub struct NativeFeed {
    inner: Feed<Batch>,
}

#[wasm_bindgen]
impl NativeFeed {
    /// The place before the first batch, as JSON.
    pub fn start(&self) -> Result<String> {
        self.inner.state().to_json().throws()
    }

    /// The next batch, or null.
    pub fn next(&self) -> Promise {
        settled(self.following())
    }

    fn following(&self) -> Result<JsValue> {
        let item = outcome(|reply| {
            self.inner.ask(reply);
            Ok(())
        });
        let Some((batch, state)) = item.throws()? else { return Ok(JsValue::NULL) };
        Ok(raw_batch(batch, &state.to_json().throws()?).into())
    }
}

/// Encoded batches of an epoch.
#[wasm_bindgen]
pub struct NativeEncodedFeed {
    inner: Feed<Encoded>,
}

#[wasm_bindgen]
impl NativeEncodedFeed {
    /// The place before the first batch, as JSON.
    pub fn start(&self) -> Result<String> {
        self.inner.state().to_json().throws()
    }

    /// The next batch, or null.
    pub fn next(&self) -> Promise {
        settled(self.following())
    }

    fn following(&self) -> Result<JsValue> {
        let item = outcome(|reply| {
            self.inner.ask(reply);
            Ok(())
        });
        let Some((batch, state)) = item.throws()? else { return Ok(JsValue::NULL) };
        Ok(raw_encoded(&batch, &state.to_json().throws()?).into())
    }
}
