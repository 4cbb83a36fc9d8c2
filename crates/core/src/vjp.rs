//! What a gradient rule sees and gives.

use crate::{AttrsRef, Builder, Result, Type, Value};
use std::ops::{Deref, DerefMut};

/// The gradient of one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grad {
    /// A tensor of the input's shape.
    Dense(Value),
    /// Rows of the input's first axis; everything else is zero.
    Rows(RowGrad),
}

/// A row gradient: `rows[i]` belongs to row `ids[i]` of the input. Ids may repeat (raw) or be
/// distinct and increasing (coalesced).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowGrad {
    /// Integer ids, `[n]`.
    pub ids: Value,
    /// Their rows, `[n, …]`.
    pub rows: Value,
    /// Are ids distinct and increasing?
    pub coalesced: bool,
}

/// What a rule sees. It is also a [`Builder`] over the graph that the gradient is appended to.
pub struct VjpCx<'a, 'g> {
    /// Appends ops.
    pub builder: &'a mut Builder<'g>,
    /// The node's inputs.
    pub inputs: &'a [Option<Value>],
    /// The node's outputs.
    pub outputs: &'a [Value],
    /// Cotangent of each output; `None` is zero.
    pub cotangents: &'a [Option<Value>],
    /// Which input gradients are wanted; others may be left `None`.
    pub wants: &'a [bool],
    /// The node's attributes.
    pub attrs: AttrsRef<'a>,
    /// The node's regions.
    pub regions: &'a [crate::Region],
}

impl VjpCx<'_, '_> {
    /// Input `i`, which must be present.
    ///
    /// # Panics
    /// When it is absent: rules ask only for required inputs or check `inputs` first.
    pub fn x(&self, i: usize) -> Value {
        match self.inputs[i] {
            Some(v) => v,
            None => panic!("gradient of {}: input {i} is absent", self.attrs.op.name),
        }
    }

    /// Type of input `i`.
    pub fn x_type(&self, i: usize) -> Type {
        self.builder.ty(self.x(i)).clone()
    }

    /// Output `i`.
    pub fn y(&self, i: usize) -> Value {
        self.outputs[i]
    }

    /// Cotangent of output `i`, as zeros where nothing flows into it.
    pub fn dy(&mut self, i: usize) -> Result<Value> {
        match self.cotangents[i] {
            Some(v) => Ok(v),
            None => self.builder.full_like(0.0, self.outputs[i]),
        }
    }

    /// The usual answer: dense gradients.
    pub fn dense(&self, grads: &[Option<Value>]) -> Vec<Option<Grad>> {
        grads.iter().map(|g| g.map(Grad::Dense)).collect()
    }
}

impl<'g> Deref for VjpCx<'_, 'g> {
    type Target = Builder<'g>;
    fn deref(&self) -> &Builder<'g> {
        self.builder
    }
}

impl<'g> DerefMut for VjpCx<'_, 'g> {
    fn deref_mut(&mut self) -> &mut Builder<'g> {
        self.builder
    }
}
