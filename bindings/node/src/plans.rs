//! Recordings: `jit`, regions, gradients.

use crate::entries::DEPTH;
use crate::errors::Throws;
use crate::{Native, words};
use napi::bindgen_prelude::{Float64Array, Result};
use napi_derive::napi;
use talray_runtime::wire::{self, Argument};
use talray_runtime::{Dim, Gradient, Handle, Shape, Type};

fn handles(list: &[f64]) -> Vec<Handle> {
    list.iter().map(|h| *h as Handle).collect()
}

fn numbers(list: &[Handle]) -> Vec<f64> {
    list.iter().map(|h| *h as f64).collect()
}

/// Types as `dtype, rank, sizes…`, one after another; size −1 − n is symbol n.
fn types(list: &[f64]) -> Result<Vec<Type>> {
    let mut out = Vec::new();
    let mut at = 0;
    while at + 1 < list.len() {
        let dtype = talray_runtime::DType::from_wire(list[at] as u8).throws()?;
        let rank = list[at + 1] as usize;
        let size = |n: &f64| if *n < 0.0 { Dim::sym((-1.0 - n) as u32) } else { Dim::Known(*n as usize) };
        out.push(Type::new(dtype, list[at + 2..].iter().take(rank).map(size).collect::<Shape>()));
        at += 2 + rank;
    }
    Ok(out)
}

#[napi]
impl Native {
    /// Begins to record a function of arguments of these types; gives their handles.
    #[napi(catch_unwind)]
    pub fn begin_jit(&self, arguments: &[f64]) -> Result<Vec<f64>> {
        let types = types(arguments)?;
        let handles = self.session().begin_jit(&types).throws();
        self.note_depth();
        Ok(numbers(&handles?))
    }

    /// Ends the recording; gives the plan's number and leaves nothing behind.
    #[napi(catch_unwind)]
    pub fn end_jit(&self, results: &[f64]) -> Result<u32> {
        let plan = self.session().end_jit(&handles(results)).throws();
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
        let types = types(inputs)?;
        let handles = self.session().begin_region(&types);
        self.note_depth();
        Ok(numbers(&handles))
    }

    /// Ends a region; gives its number, then handles of the outer values that it captured.
    #[napi(catch_unwind)]
    pub fn end_region(&self, results: &[f64]) -> Result<Vec<f64>> {
        let region = self.session().end_region(&handles(results)).throws();
        self.note_depth();
        let (id, captures, _) = region?;
        Ok(std::iter::once(f64::from(id)).chain(numbers(&captures)).collect())
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
        let wrt: Vec<Argument> = wrt
            .chunks_exact(2)
            .map(|w| if w[0] == 5.0 { Argument::Cell(w[1] as u32) } else { Argument::Tensor(w[1] as Handle) })
            .collect();
        let seed = (seed >= 0.0).then_some(seed as Handle);
        let grads = self.session().gradients(loss as Handle, seed, &wrt).throws()?;
        let mut held = self.shared.words.borrow_mut();
        let words = words::of(&mut held);
        let mut at = 0;
        for g in grads {
            let (kind, tensors): (f64, &[(Handle, Type)]) = match &g {
                Gradient::None => (0.0, &[]),
                Gradient::Dense(h, t) => (1.0, &[(*h, t.clone())]),
                Gradient::Rows(ids, rows, coalesced) => (if *coalesced { 3.0 } else { 2.0 }, &[ids.clone(), rows.clone()]),
            };
            words[at] = kind;
            at += 1;
            for (h, t) in tensors {
                at = wire::encode(words, at, *h, t).throws()?;
            }
        }
        Ok(())
    }
}

impl Native {
    /// Leaves in the words how many recordings are open.
    fn note_depth(&self) {
        let depth = self.session().depth();
        let mut held = self.shared.words.borrow_mut();
        let words = words::of(&mut held);
        let at = words.len() - DEPTH;
        words[at] = depth as f64;
    }

    pub(crate) fn answer(&self, outputs: &[(Handle, Type)]) -> Result<u32> {
        let mut held: std::cell::RefMut<'_, Float64Array> = self.shared.words.borrow_mut();
        let words = words::of(&mut held);
        let mut at = 0;
        for (handle, ty) in outputs {
            at = wire::encode(words, at, *handle, ty).throws()?;
        }
        Ok(outputs.len() as u32)
    }
}
