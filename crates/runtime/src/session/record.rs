//! Recording an op: from the words to a node and handles of its outputs.

use super::{Outputs, Session};
use crate::frame::Purpose;
use crate::slots::State;
use crate::wire::{self, Argument, Request};
use crate::{DType, Error, Result};
use smallvec::SmallVec;
use std::sync::Arc;
use talray_core::dtype::Weak;
use talray_core::op::{Arity, Promote};
use talray_core::{AttrValue, Dim, Literal, Region, Type, Value, shape};

/// Recording flushes by itself past this many nodes.
const MAX_NODES: usize = 20_000;
/// Recording flushes by itself past this many bytes of recorded values.
const MAX_BYTES: usize = 256 << 20;

impl Session {
    /// Runs the request in `words` and writes the answer there. Gives the number of outputs.
    ///
    /// # Errors
    /// What decoding and the op's inference refuse.
    pub fn apply_words(&mut self, words: &mut [f64]) -> Result<usize> {
        let request = wire::decode(words)?;
        let slots = self.record(request)?;
        let mut at = 0;
        for slot in &slots {
            at = wire::encode(words, at, self.slots.handle(*slot), &self.slots.get(*slot).ty)?;
        }
        Ok(slots.len())
    }

    /// Records one op in the current recording.
    ///
    /// # Errors
    /// A disposed tensor, a wrong region, and what inference refuses.
    pub fn apply(&mut self, request: Request) -> Result<Outputs> {
        let slots = self.record(request)?;
        Ok(slots.iter().map(|slot| (self.slots.handle(*slot), self.slots.get(*slot).ty.clone())).collect())
    }

    /// Records one op; gives the slots of its outputs.
    fn record(&mut self, request: Request) -> Result<SmallVec<[u32; 2]>> {
        let Request { op, inputs, mut attrs, regions } = request;
        let def = op.def();
        let mut values: SmallVec<[Option<Value>; 4]> = SmallVec::new();
        if inputs.iter().any(is_scalar) {
            let dtypes = self.scalar_dtypes(&request_args(def, &inputs))?;
            for (argument, dtype) in inputs.iter().zip(dtypes) {
                values.push(self.argument(*argument, dtype).map_err(|e| e.in_op(def.name))?);
            }
        } else {
            for argument in &inputs {
                values.push(self.argument(*argument, DType::F32).map_err(|e| e.in_op(def.name))?);
            }
        }
        let mut bodies: SmallVec<[Region; 2]> = SmallVec::new();
        for id in regions {
            bodies.push(self.regions.get(&id).cloned().ok_or_else(|| Error::internal(format!("region {id} is not known")))?);
        }
        let top = self.frames.len() - 1;
        let frame = &mut self.frames[top];
        resolve_rest(def.name, &mut attrs, values.first().copied().flatten().map(|v| frame.graph.ty(v)))?;
        let outs = frame.graph.apply(op, &values, attrs, &bodies)?;
        let (id, eager) = (frame.id, frame.purpose == Purpose::Eager);
        let mut slots = SmallVec::new();
        for v in outs {
            let ty = frame.graph.ty(v).clone();
            let bytes = ty.shape.known_size().unwrap_or(0).saturating_mul(ty.dtype.size());
            frame.bytes = frame.bytes.saturating_add(bytes);
            let slot = self.slots.add(ty, State::Pending { frame: id, value: v });
            if eager {
                self.recorded.push(slot);
            }
            slots.push(slot);
        }
        if eager && self.held == 0 && (self.frames[0].graph.nodes.len() > MAX_NODES || self.frames[0].bytes > MAX_BYTES) {
            self.flush()?;
        }
        Ok(slots)
    }

    pub(super) fn argument(&mut self, argument: Argument, dtype: DType) -> Result<Option<Value>> {
        Ok(Some(match argument {
            Argument::Absent => return Ok(None),
            Argument::Tensor(handle) => {
                let slot = self.slots.index(handle)?;
                self.value(slot)?
            }
            Argument::Cell(cell) => self.cell_value(cell, self.frames.len() - 1)?,
            Argument::Number(x) => self.top().graph.constant(Literal::scalar(x, dtype)),
            Argument::Bool(x) => self.top().graph.constant(Literal::scalar(f64::from(u8::from(x)), dtype)),
            Argument::Int(x) => {
                let literal = if dtype.size() == 8 && dtype.is_int() {
                    Literal { dtype, shape: SmallVec::new(), bytes: Arc::from(x.to_le_bytes().as_slice()) }
                } else {
                    Literal::scalar(x as f64, dtype)
                };
                self.top().graph.constant(literal)
            }
        }))
    }

    /// The dtype that each argument would have as a scalar: weak beside promoting tensors.
    fn scalar_dtypes(&self, args: &[(Argument, Promote)]) -> Result<SmallVec<[DType; 4]>> {
        let mut common: Option<DType> = None;
        for (argument, promote) in args {
            if *promote == Promote::No {
                continue;
            }
            let dtype = match argument {
                Argument::Tensor(handle) => self.slots.get(self.slots.index(*handle)?).ty.dtype,
                Argument::Cell(cell) => self.cell(*cell)?.ty.dtype,
                _ => continue,
            };
            let dtype = if *promote == Promote::Float { dtype.to_float() } else { dtype };
            common = Some(common.map_or(dtype, |c| c.promote(dtype)));
        }
        Ok(args
            .iter()
            .map(|(argument, promote)| {
                let (weak, alone) = match argument {
                    Argument::Number(x) if x.fract() == 0.0 && *promote == Promote::No => (Weak::Int, DType::I32),
                    Argument::Number(x) if x.fract() == 0.0 && x.abs() < 9.1e15 => (Weak::Int, DType::F32),
                    Argument::Number(_) => (Weak::Float, DType::F32),
                    Argument::Bool(_) => (Weak::Bool, DType::Bool),
                    _ => (Weak::Int, DType::I64),
                };
                match common {
                    Some(common) if *promote != Promote::No => common.with_weak(weak),
                    _ => alone,
                }
            })
            .collect())
    }
}

fn is_scalar(argument: &Argument) -> bool {
    matches!(argument, Argument::Number(_) | Argument::Bool(_) | Argument::Int(_))
}

/// Promotion of each argument that was given, variadic ones repeated.
fn request_args(def: &talray_core::OpDef, inputs: &[Argument]) -> SmallVec<[(Argument, Promote); 4]> {
    let rule = |i: usize| {
        let last = def.args.len().saturating_sub(1);
        let arg = def.args.get(i).or_else(|| def.args.get(last).filter(|a| a.arity == Arity::Variadic));
        arg.map_or(Promote::No, |a| a.promote)
    };
    inputs.iter().enumerate().map(|(i, a)| (*a, rule(i))).collect()
}

/// Works out a size of −1 in a `reshape` from the size of its input.
fn resolve_rest(op: &str, attrs: &mut [AttrValue], input: Option<&Type>) -> Result<()> {
    for attr in attrs {
        let AttrValue::Dims(dims) = attr else { continue };
        let rest = Dim::Known(usize::MAX);
        let mut open = dims.iter().enumerate().filter(|(_, d)| **d == rest);
        let Some((at, _)) = open.next() else { continue };
        if open.next().is_some() {
            return Err(Error::shape("only one size may be -1").in_op(op));
        }
        let Some(input) = input else { return Err(Error::shape("a size of -1 cannot be worked out here").in_op(op)) };
        let others = shape::Shape(dims.iter().filter(|d| **d != rest).cloned().collect()).size();
        let size = input.shape.size();
        if let (Some(n), Some(m)) = (size.known(), others.known())
            && (m == 0 || n % m != 0)
        {
            return Err(Error::shape(format!(
                "a tensor of shape {} ({n} elements) cannot be cut into pieces of {m}",
                input.shape
            ))
            .in_op(op));
        }
        dims[at] = size.div(&others);
    }
    Ok(())
}
