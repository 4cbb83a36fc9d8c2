//! Fitted features.

use super::arrays::{RawEncoded, raw_encoded};
use super::columns::NativeColumns;
use super::dataset::NativeDataset;
use super::promise;
use crate::errors::Throws;
use napi::bindgen_prelude::{Env, Object, Result};
use napi_derive::napi;
use std::sync::Arc;
use talray_runtime::Error;
use talray_runtime::data::{Encoder, EncoderSpec, in_background};

/// Features with what was learned for them.
#[napi]
pub struct NativeEncoder {
    pub(super) inner: Arc<Encoder>,
}

#[napi]
impl NativeEncoder {
    /// Learns from an epoch of a dataset, in one pass; gives the fitted encoder as JSON.
    #[napi(catch_unwind, ts_return_type = "Promise<string>")]
    pub fn fit<'env>(env: &'env Env, spec: String, data: &NativeDataset) -> Result<Object<'env>> {
        let spec = EncoderSpec::from_json(&spec).throws()?;
        let data = data.inner.clone();
        let (object, settle) = promise::<String>(env)?;
        let work = move || Encoder::fit(&spec, &mut data.iter(0)?)?.to_json();
        let reply = move |fitted: std::result::Result<String, Error>| {
            settle(fitted.map(|json| -> super::Settle<_> { Box::new(move |_| Ok(json)) }));
        };
        in_background(work, reply).throws()?;
        Ok(object)
    }

    /// A fitted encoder from its JSON.
    #[napi(factory, catch_unwind)]
    pub fn open(json: String) -> Result<NativeEncoder> {
        Ok(NativeEncoder { inner: Arc::new(Encoder::from_json(&json).throws()?) })
    }

    /// The JSON of the same features without labels and weight.
    #[napi(catch_unwind)]
    pub fn without_labels(&self) -> Result<String> {
        self.inner.without_labels().to_json().throws()
    }

    /// What the arrays of encoded batches mean, as JSON.
    #[napi(catch_unwind)]
    pub fn layout(&self) -> Result<String> {
        serde_json::to_string(&self.inner.layout()).map_err(|e| Error::internal(e.to_string())).throws()
    }

    /// The columns that are read, each once.
    #[napi(catch_unwind)]
    pub fn columns(&self) -> Vec<String> {
        self.inner.columns().into_iter().map(String::from).collect()
    }

    /// Encodes rows that are in memory, with or without labels and weights.
    #[napi(catch_unwind)]
    pub fn encode(&self, columns: &NativeColumns, labels: bool) -> Result<RawEncoded> {
        let batch = columns.take().throws()?;
        let encoded = if labels { self.inner.encode(&batch) } else { self.inner.encode_features(&batch) };
        Ok(raw_encoded(encoded.throws()?, String::new()))
    }
}
