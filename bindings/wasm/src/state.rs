//! Cells, memory, and what the engine says of itself.

use crate::errors::Throws;
use crate::{Native, Result};
use talray_runtime::{Engine, Handle, Implementation};
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
impl Native {
    /// A new cell with a tensor's value.
    #[wasm_bindgen(js_name = newCell)]
    pub fn new_cell(&self, handle: f64, name: String) -> Result<u32> {
        self.session().new_cell(handle as Handle, &name).throws()
    }

    /// Frees a cell.
    #[wasm_bindgen(js_name = freeCell)]
    pub fn free_cell(&self, cell: u32) {
        if let Ok(mut session) = self.session.try_borrow_mut() {
            session.free_cell(cell);
        }
    }

    /// A handle for a cell's current value; its type is written into the words.
    #[wasm_bindgen(js_name = readCell)]
    pub fn read_cell(&self, cell: u32) -> Result<u32> {
        let output = self.session().read_cell(cell).throws()?;
        self.answer(&[output])
    }

    /// Gives a cell a new value.
    pub fn assign(&self, cell: u32, handle: f64) -> Result<()> {
        self.session().assign(cell, handle as Handle).throws()
    }

    /// Says where in the user's program ops are recorded from now on; errors name it.
    #[wasm_bindgen(js_name = setPlace)]
    pub fn set_place(&self, place: Option<String>) {
        self.session().set_place(place.as_deref());
    }

    /// Starts everything that is recorded.
    pub fn flush(&self) -> Result<()> {
        self.session().flush().throws()
    }

    /// Live, peak and pooled bytes, live buffers, live handles.
    pub fn memory(&self) -> Vec<f64> {
        let s = talray_runtime::memory_stats();
        vec![s.live as f64, s.peak as f64, s.pooled as f64, s.buffers as f64, self.session().live() as f64]
    }

    /// The largest live tensors of this environment, as text.
    pub fn largest(&self, most: u32) -> String {
        self.session().largest(most as usize)
    }

    /// Sets the most bytes that may be live (0: no limit).
    #[wasm_bindgen(js_name = setMemoryLimit)]
    pub fn set_memory_limit(&self, bytes: f64) {
        talray_runtime::set_memory_limit(if bytes > 0.0 { bytes as usize } else { usize::MAX });
    }

    /// Gives unused memory back and restarts the peak.
    pub fn trim(&self) {
        talray_runtime::trim_memory();
    }

    /// Chooses `simd` or `reference` kernels, for one op or for all.
    pub fn choose(&self, reference: bool, op: Option<String>) {
        let implementation = if reference { Implementation::Reference } else { Implementation::Simd };
        Engine::get().cpu.choose(implementation, op.as_deref());
    }

    /// What the engine is, as JSON: version, hash of the op table, threads, SIMD level.
    pub fn info(&self) -> String {
        talray_runtime::info(self.session().engine())
    }
}
