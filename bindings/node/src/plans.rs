//! Recordings: `jit`, regions, gradients.

use crate::errors::Throws;
use crate::{Native, words};
use napi::bindgen_prelude::Result;
use napi_derive::napi;
use talray_runtime::entries::tell_depth;
use talray_runtime::wire::{self, handles, types, words_of};
use talray_runtime::{Handle, Type};

#[napi]
impl Native {
    /// Begins to record a function of arguments of these types; gives their handles.
    #[napi(catch_unwind)]
    pub fn begin_jit(&self, arguments: &[f64]) -> Result<Vec<f64>> {
        let types = types(arguments).throws()?;
        let handles = self.session().begin_jit(&types).throws();
        self.note_depth();
        Ok(words_of(&handles?))
    }

    /// Ends the recording; gives the plan's number and leaves nothing behind. `exact`: no rewrite may change a bit.
    #[napi(catch_unwind)]
    pub fn end_jit(&self, results: &[f64], exact: bool) -> Result<u32> {
        let plan = self.session().end_jit(&handles(results), exact).throws();
        self.note_depth();
        Ok(plan?.0)
    }

    /// Forgets a plan.
    #[napi(catch_unwind)]
    pub fn free_plan(&self, plan: u32) {
        self.session().free_plan(plan);
    }

    /// A plan as text.
    #[napi(catch_unwind)]
    pub fn explain(&self, plan: u32) -> Result<String> {
        self.session().explain(plan).throws()
    }

    /// Begins a region of inputs of these types; gives their handles.
    #[napi(catch_unwind)]
    pub fn begin_region(&self, inputs: &[f64]) -> Result<Vec<f64>> {
        let types = types(inputs).throws()?;
        let handles = self.session().begin_region(&types);
        self.note_depth();
        Ok(words_of(&handles))
    }

    /// Ends a region; gives its number, then handles of the outer values that it captured.
    #[napi(catch_unwind)]
    pub fn end_region(&self, results: &[f64]) -> Result<Vec<f64>> {
        let region = self.session().end_region(&handles(results)).throws();
        self.note_depth();
        let (id, captures, _) = region?;
        Ok(std::iter::once(f64::from(id)).chain(words_of(&captures)).collect())
    }

    /// Forgets a region.
    #[napi(catch_unwind)]
    pub fn free_region(&self, region: u32) {
        self.session().free_region(region);
    }

    /// Ends the innermost recording after an error.
    #[napi(catch_unwind)]
    pub fn abandon(&self) {
        self.session().abandon();
        self.note_depth();
    }

    /// Keeps the graph of what is recorded from now on, until `unhold`.
    #[napi(catch_unwind)]
    pub fn hold(&self) {
        self.session().hold();
    }

    /// Ends a `hold`.
    #[napi(catch_unwind)]
    pub fn unhold(&self) {
        self.session().unhold();
    }

    /// Gradients of `loss` (`seed` −1: of a scalar) for `wrt`, pairs of kind (0 tensor, 5 cell) and
    /// number. The words get, for each: 0; or 1 and a tensor; or 2 (3: coalesced) and ids and rows.
    #[napi(catch_unwind)]
    pub fn gradients(&self, loss: f64, seed: f64, wrt: &[f64]) -> Result<()> {
        let wrt = wire::targets(wrt);
        let seed = (seed >= 0.0).then_some(seed as Handle);
        let grads = self.session().gradients(loss as Handle, seed, &wrt).throws()?;
        wire::encode_gradients(words::of(&mut self.shared.words.borrow_mut()), &grads).throws()
    }
}

impl Native {
    /// Leaves in the words how many recordings are open.
    fn note_depth(&self) {
        let depth = self.session().depth();
        tell_depth(words::of(&mut self.shared.words.borrow_mut()), depth);
    }

    pub(crate) fn answer(&self, outputs: &[(Handle, Type)]) -> Result<u32> {
        wire::encode_all(words::of(&mut self.shared.words.borrow_mut()), outputs).throws()
    }
}
