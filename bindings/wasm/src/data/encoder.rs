//! Fitted features.

use super::arrays::raw_encoded;
use super::columns::NativeColumns;
use super::dataset::NativeDataset;
use crate::Result;
use crate::errors::{Throws, outcome, settled};
use js_sys::{Object, Promise};
use std::sync::Arc;
use talray_runtime::Error;
use talray_runtime::data::{Encoder, EncoderSpec, in_background};
use wasm_bindgen::prelude::wasm_bindgen;

/// Features with what was learned for them.
#[wasm_bindgen]
pub struct NativeEncoder {
    pub(super) inner: Arc<Encoder>,
}

#[wasm_bindgen]
impl NativeEncoder {
    /// Learns from an epoch of a dataset, in one pass; gives the fitted encoder as JSON.
    pub fn fit(spec: &str, data: &NativeDataset) -> Result<Promise> {
        let spec = EncoderSpec::from_json(spec).throws()?;
        let data = data.inner.clone();
        let work = move || Encoder::fit(&spec, &mut data.iter(0)?)?.to_json();
        Ok(settled(outcome(|reply| in_background(work, reply)).throws()))
    }

    /// A fitted encoder from its JSON.
    pub fn open(json: &str) -> Result<NativeEncoder> {
        Ok(NativeEncoder { inner: Arc::new(Encoder::from_json(json).throws()?) })
    }

    /// The JSON of the same features without labels and weight.
    #[wasm_bindgen(js_name = withoutLabels)]
    pub fn without_labels(&self) -> Result<String> {
        self.inner.without_labels().to_json().throws()
    }

    /// What the arrays of encoded batches mean, as JSON.
    pub fn layout(&self) -> Result<String> {
        serde_json::to_string(&self.inner.layout()).map_err(|e| Error::internal(e.to_string())).throws()
    }

    /// The columns that are read, each once.
    pub fn columns(&self) -> Vec<String> {
        self.inner.columns().into_iter().map(String::from).collect()
    }

    /// Encodes rows that are in memory, with or without labels and weights.
    pub fn encode(&self, columns: &NativeColumns, labels: bool) -> Result<Object> {
        let batch = columns.take().throws()?;
        let encoded = if labels { self.inner.encode(&batch) } else { self.inner.encode_features(&batch) };
        Ok(raw_encoded(&encoded.throws()?, ""))
    }
}
