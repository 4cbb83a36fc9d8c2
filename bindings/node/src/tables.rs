//! Embedding tables.

use crate::Native;
use crate::data::promise;
use crate::errors::Throws;
use napi::bindgen_prelude::{BigInt64Array, Env, Object, Result, Uint8Array};
use napi_derive::napi;
use talray_runtime::tables::{Table, next_lookup};
use talray_runtime::{Engine, Handle};

/// A table; ops reach it through tokens that name its id.
#[napi]
pub struct NativeTable {
    inner: Table,
}

/// Keys, and their vectors as bytes.
#[napi(object)]
pub struct RawTable {
    /// The keys.
    pub keys: BigInt64Array,
    /// `[keys, width]`.
    pub vectors: Uint8Array,
}

#[napi]
impl NativeTable {
    /// A table from its description in JSON.
    #[napi(factory, catch_unwind)]
    pub fn open(spec: String) -> Result<NativeTable> {
        Ok(NativeTable { inner: Table::new(Engine::get().clone(), &spec).throws()? })
    }

    /// A number for a lookup.
    #[napi(catch_unwind)]
    pub fn lookup() -> f64 {
        next_lookup() as f64
    }

    /// The first word of tokens.
    #[napi(catch_unwind)]
    pub fn id(&self) -> f64 {
        self.inner.id() as f64
    }

    /// Rows and bytes.
    #[napi(catch_unwind)]
    pub fn stats(&self) -> Result<Vec<f64>> {
        let stats = self.inner.stats().throws()?;
        Ok(vec![stats.rows as f64, stats.bytes() as f64])
    }

    /// Gives its rows slots, from JSON.
    #[napi(catch_unwind)]
    pub fn set_slots(&self, slots: String) -> Result<()> {
        self.inner.set_slots(&slots).throws()
    }

    /// All keys and vectors.
    #[napi(catch_unwind, ts_return_type = "Promise<RawTable>")]
    pub fn export<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let (object, settle) = promise::<RawTable>(env)?;
        let done = move |outcome: std::result::Result<(Vec<u64>, Vec<u8>), _>| {
            settle(outcome.map(|(keys, vectors)| {
                let keys: Vec<i64> = keys.into_iter().map(|k| k as i64).collect();
                let made = move |_| Ok(RawTable { keys: keys.into(), vectors: vectors.into() });
                Box::new(made) as Box<dyn FnOnce(Env) -> Result<RawTable> + Send>
            }));
        };
        self.inner.export(done).throws()?;
        Ok(object)
    }

    /// Writes its files into a folder; gives their manifest.
    #[napi(catch_unwind, ts_return_type = "Promise<string>")]
    pub fn save<'env>(&self, env: &'env Env, folder: String, prefix: String) -> Result<Object<'env>> {
        let (object, settle) = promise::<String>(env)?;
        let done = move |outcome: std::result::Result<String, _>| {
            settle(outcome.map(|text| Box::new(move |_| Ok(text)) as Box<dyn FnOnce(Env) -> Result<String> + Send>));
        };
        self.inner.save(folder.into(), prefix, done).throws()?;
        Ok(object)
    }

    /// Takes up what `save` wrote.
    #[napi(catch_unwind, ts_return_type = "Promise<void>")]
    pub fn load<'env>(&self, env: &'env Env, folder: String, manifest: String) -> Result<Object<'env>> {
        let (object, settle) = promise::<()>(env)?;
        let done = move |outcome: std::result::Result<(), _>| {
            settle(outcome.map(|()| Box::new(|_| Ok(())) as Box<dyn FnOnce(Env) -> Result<()> + Send>));
        };
        self.inner.load(folder.into(), manifest, done).throws()?;
        Ok(object)
    }
}

#[napi]
impl Native {
    /// A handle for what a tensor will hold, computed now, that the graph knows no more of.
    #[napi(catch_unwind)]
    pub fn detached(&self, handle: f64) -> Result<u32> {
        let output = self.session().detached(handle as Handle).throws()?;
        self.answer(&[output])
    }
}
