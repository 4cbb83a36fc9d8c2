//! Gradients of what was recorded.

use super::Session;
use crate::wire::Argument;
use crate::{DType, Error, Handle, Result};
use talray_core::vjp::Grad;
use talray_core::{Type, autodiff};

/// A gradient as it goes to JavaScript.
#[derive(Clone, Debug)]
pub enum Gradient {
    /// No gradient reaches.
    None,
    /// A tensor.
    Dense(Handle, Type),
    /// Ids, rows, and whether ids are distinct and increasing.
    Rows((Handle, Type), (Handle, Type), bool),
}

impl Session {
    /// Gradients of `loss` with respect to tensors and cells of the current recording.
    ///
    /// # Errors
    /// As [`autodiff::gradients`].
    pub fn gradients(&mut self, loss: Handle, seed: Option<Handle>, wrt: &[Argument]) -> Result<Vec<Gradient>> {
        let slot = self.slots.index(loss)?;
        let loss = self.value(slot)?;
        let seed = match seed {
            Some(h) => {
                let slot = self.slots.index(h)?;
                Some(self.value(slot)?)
            }
            None => None,
        };
        let mut values = Vec::with_capacity(wrt.len());
        for w in wrt {
            values.push(self.argument(*w, DType::F32)?.ok_or_else(|| Error::internal("a gradient was asked for nothing"))?);
        }
        let frame = self.top();
        let grads = autodiff::gradients(&mut frame.graph, loss, seed, &values)?;
        Ok(grads
            .into_iter()
            .map(|g| match g {
                None => Gradient::None,
                Some(Grad::Dense(v)) => {
                    let (h, t) = self.handle_of(v);
                    Gradient::Dense(h, t)
                }
                Some(Grad::Rows(rows)) => Gradient::Rows(self.handle_of(rows.ids), self.handle_of(rows.rows), rows.coalesced),
            })
            .collect())
    }
}
