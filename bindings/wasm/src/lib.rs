//! The WebAssembly binding: the classes of `bindings/node` under the same names, so that TypeScript need not know
//! which of the two it talks to. Finds the words, hands out promises, and knows no op by name.
//!
//! The words lie in WebAssembly memory; whoever holds a view of them makes a new one when `onGrowth` says that the
//! memory grew. Jobs run on the calling thread. A panic traps: its message is kept for [`panic_message`], and the
//! instance is dead.

mod data;
mod errors;
#[cfg(target_family = "wasm")]
mod growth;
mod object;
mod plans;
mod state;
mod tables;

pub use errors::panic_message;
#[cfg(target_family = "wasm")]
pub use growth::on_growth;

use errors::{Failure, Throws};
use js_sys::{Promise, Uint8Array};
use std::cell::{RefCell, RefMut};
use talray_runtime::entries::{self, ENTRIES};
use talray_runtime::wire::WORDS;
use talray_runtime::{DType, Engine, Handle, Session, Tensor, bytes_of};
use wasm_bindgen::prelude::wasm_bindgen;

/// What the methods of this binding throw or give.
pub(crate) type Result<T> = std::result::Result<T, wasm_bindgen::JsValue>;

/// The engine state of an instance of the module.
#[wasm_bindgen]
pub struct Native {
    session: RefCell<Session>,
    words: RefCell<Vec<f64>>,
    failure: RefCell<Option<Failure>>,
}

#[wasm_bindgen]
impl Native {
    /// State with words of its own.
    #[wasm_bindgen(constructor)]
    #[expect(clippy::new_without_default, reason = "JavaScript calls it")]
    pub fn new() -> Native {
        errors::keep_panic_messages();
        let session = Session::new(Engine::get().clone());
        Native { session: RefCell::new(session), words: RefCell::new(vec![0.0; WORDS]), failure: RefCell::new(None) }
    }

    /// Where the words begin in the module's memory.
    #[wasm_bindgen(js_name = wordsAt)]
    pub fn words_at(&self) -> usize {
        self.words.borrow().as_ptr() as usize
    }

    /// The names of the hot entries; `enter` takes their indices.
    #[wasm_bindgen(js_name = entryNames)]
    pub fn entry_names() -> Vec<String> {
        ENTRIES.iter().map(|(name, _)| (*name).to_owned()).collect()
    }

    /// Runs a hot entry; its request, answer and status are in the words.
    pub fn enter(&self, index: usize) {
        // A finalizer may run while a call is in progress further up; it must not fail.
        let (Ok(mut session), Ok(mut words)) = (self.session.try_borrow_mut(), self.words.try_borrow_mut()) else { return };
        let Some((_, entry)) = ENTRIES.get(index) else { return };
        let status = entries::enter(*entry, &mut session, &mut words).unwrap_or_else(|e| {
            *self.failure.borrow_mut() = Some(Failure::from(e));
            -1
        });
        entries::tell_status(&mut words, status);
    }

    /// The last error of a hot entry, as JSON.
    #[wasm_bindgen(js_name = lastError)]
    pub fn last_error(&self) -> String {
        self.failure.borrow_mut().take().unwrap_or_else(Failure::none).json()
    }

    /// A tensor with these little-endian elements.
    pub fn upload(&self, bytes: &[u8], dtype: u8, shape: Vec<f64>) -> Result<f64> {
        let dtype = DType::from_wire(dtype).throws()?;
        let shape: Vec<usize> = shape.iter().map(|n| *n as usize).collect();
        Ok(self.session().upload(bytes, dtype, &shape).throws()? as f64)
    }

    /// The elements of a tensor, when they are there.
    pub fn read(&self, handle: f64) -> Result<Promise> {
        Ok(errors::settled(self.elements(handle)))
    }

    /// The elements of a tensor.
    #[wasm_bindgen(js_name = readSync)]
    pub fn read_sync(&self, handle: f64) -> Result<Uint8Array> {
        self.elements(handle)
    }

    /// Writes dtype, rank and sizes of a tensor into the words.
    pub fn describe(&self, handle: f64) -> Result<()> {
        let ty = self.session().describe(handle as Handle).throws()?;
        talray_runtime::wire::encode(&mut self.words.borrow_mut(), 0, handle as Handle, &ty).throws()?;
        Ok(())
    }
}

impl Native {
    pub(crate) fn session(&self) -> RefMut<'_, Session> {
        self.session.borrow_mut()
    }

    fn elements(&self, handle: f64) -> Result<Uint8Array> {
        let promise = self.session().read(handle as Handle).throws()?;
        let of = |tensor: &Tensor| bytes_of(&Engine::get().cpu, tensor);
        let bytes = promise.wait().as_ref().map_err(Clone::clone).and_then(of).throws()?;
        Ok(Uint8Array::from(bytes.as_slice()))
    }
}
