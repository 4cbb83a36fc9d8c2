//! Recordings: `jit`, regions, gradients.

use crate::errors::Throws;
use crate::{Native, Result};
use talray_runtime::entries::tell_depth;
use talray_runtime::wire::{self, handles, types, words_of};
use talray_runtime::{Handle, Type};
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
impl Native {
    /// Begins to record a function of arguments of these types; gives their handles.
    #[wasm_bindgen(js_name = beginJit)]
    pub fn begin_jit(&self, arguments: &[f64]) -> Result<Vec<f64>> {
        let types = types(arguments).throws()?;
        let handles = self.session().begin_jit(&types).throws();
        self.note_depth();
        Ok(words_of(&handles?))
    }

    /// Ends the recording; gives the plan's number and leaves nothing behind. `exact`: no rewrite may change a bit.
    #[wasm_bindgen(js_name = endJit)]
    pub fn end_jit(&self, results: &[f64], exact: bool) -> Result<u32> {
        let plan = self.session().end_jit(&handles(results), exact).throws();
        self.note_depth();
        Ok(plan?.0)
    }

    /// Forgets a plan.
    #[wasm_bindgen(js_name = freePlan)]
    pub fn free_plan(&self, plan: u32) {
        self.session().free_plan(plan);
    }

    /// A plan as text.
    pub fn explain(&self, plan: u32) -> Result<String> {
        self.session().explain(plan).throws()
    }

    /// Begins a region of inputs of these types; gives their handles.
    #[wasm_bindgen(js_name = beginRegion)]
    pub fn begin_region(&self, inputs: &[f64]) -> Result<Vec<f64>> {
        let types = types(inputs).throws()?;
        let handles = self.session().begin_region(&types);
        self.note_depth();
        Ok(words_of(&handles))
    }

    /// Ends a region; gives its number, then handles of the outer values that it captured.
    #[wasm_bindgen(js_name = endRegion)]
    pub fn end_region(&self, results: &[f64]) -> Result<Vec<f64>> {
        let region = self.session().end_region(&handles(results)).throws();
        self.note_depth();
        let (id, captures, _) = region?;
        Ok(std::iter::once(f64::from(id)).chain(words_of(&captures)).collect())
    }

    /// Forgets a region.
    #[wasm_bindgen(js_name = freeRegion)]
    pub fn free_region(&self, region: u32) {
        self.session().free_region(region);
    }

    /// Ends the innermost recording after an error.
    pub fn abandon(&self) {
        self.session().abandon();
        self.note_depth();
    }

    /// Keeps the graph of what is recorded from now on, until `unhold`.
    pub fn hold(&self) {
        self.session().hold();
    }

    /// Ends a `hold`.
    pub fn unhold(&self) {
        self.session().unhold();
    }

    /// Gradients of `loss` (`seed` −1: of a scalar) for `wrt`, pairs of kind (0 tensor, 5 cell) and
    /// number. The words get, for each: 0; or 1 and a tensor; or 2 (3: coalesced) and ids and rows.
    pub fn gradients(&self, loss: f64, seed: f64, wrt: &[f64]) -> Result<()> {
        let wrt = wire::targets(wrt);
        let seed = (seed >= 0.0).then_some(seed as Handle);
        let grads = self.session().gradients(loss as Handle, seed, &wrt).throws()?;
        wire::encode_gradients(&mut self.words.borrow_mut(), &grads).throws()
    }
}

impl Native {
    /// Leaves in the words how many recordings are open.
    fn note_depth(&self) {
        let depth = self.session().depth();
        tell_depth(&mut self.words.borrow_mut(), depth);
    }

    pub(crate) fn answer(&self, outputs: &[(Handle, Type)]) -> Result<u32> {
        wire::encode_all(&mut self.words.borrow_mut(), outputs).throws()
    }
}
