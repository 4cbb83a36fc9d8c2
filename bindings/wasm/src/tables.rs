//! Embedding tables.

use crate::errors::{Throws, outcome, settled};
use crate::object::object;
use crate::{Native, Result};
use js_sys::{Array, BigInt64Array, Object, Promise, Uint8Array};
use talray_runtime::tables::{Table, next_lookup};
use talray_runtime::{Engine, Handle};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// A table; ops reach it through tokens that name its id.
#[wasm_bindgen]
pub struct NativeTable {
    inner: Table,
}

#[wasm_bindgen]
impl NativeTable {
    /// A table from its description in JSON.
    pub fn open(spec: &str) -> Result<NativeTable> {
        Ok(NativeTable { inner: Table::new(Engine::get().clone(), spec).throws()? })
    }

    /// A number for a lookup.
    pub fn lookup() -> f64 {
        next_lookup() as f64
    }

    /// The first word of tokens.
    pub fn id(&self) -> f64 {
        self.inner.id() as f64
    }

    /// Rows and bytes.
    pub fn stats(&self) -> Result<Vec<f64>> {
        let stats = self.inner.stats().throws()?;
        Ok(vec![stats.rows as f64, stats.bytes() as f64])
    }

    /// Gives its rows slots, from JSON.
    #[wasm_bindgen(js_name = setSlots)]
    pub fn set_slots(&self, slots: &str) -> Result<()> {
        self.inner.set_slots(slots).throws()
    }

    /// All keys and vectors: `{ keys, vectors }`, the vectors as bytes.
    pub fn export(&self) -> Promise {
        let content = outcome(|reply| self.inner.export(reply)).map(|(keys, vectors)| {
            let keys: Vec<i64> = keys.into_iter().map(|k| k as i64).collect();
            let (keys, vectors) = (BigInt64Array::from(&*keys), Uint8Array::from(&*vectors));
            object(&[("keys", keys.into()), ("vectors", vectors.into())])
        });
        settled(content.throws())
    }

    /// Its files under names that begin with `prefix`: `{ manifest, names, files }`.
    pub fn pack(&self, prefix: String) -> Result<Object> {
        let (manifest, files) = outcome(|reply| self.inner.pack(prefix, reply)).throws()?;
        let names: Array = files.iter().map(|(name, _)| JsValue::from_str(name)).collect();
        let bytes: Array = files.iter().map(|(_, bytes)| Uint8Array::from(&**bytes)).collect();
        Ok(object(&[("manifest", JsValue::from_str(&manifest)), ("names", names.into()), ("files", bytes.into())]))
    }

    /// Takes up what `pack` gave.
    pub fn unpack(&self, names: Vec<String>, files: Vec<Uint8Array>, manifest: String) -> Result<()> {
        let files = names.into_iter().zip(files.iter().map(Uint8Array::to_vec)).collect();
        outcome(|reply| self.inner.unpack(files, manifest, reply)).throws()
    }
}

#[wasm_bindgen]
impl Native {
    /// A handle for what a tensor will hold, computed now, that the graph knows no more of.
    pub fn detached(&self, handle: f64) -> Result<u32> {
        let output = self.session().detached(handle as Handle).throws()?;
        self.answer(&[output])
    }
}
