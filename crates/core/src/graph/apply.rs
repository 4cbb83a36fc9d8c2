//! Appending an op: promotion of dtypes, defaults of attributes, inference.

use super::{Graph, Kind, Node, OpId, Region, Value};
use crate::infer::Infer;
use crate::op::{Arity, Promote};
use crate::{AttrValue, Attrs, AttrsRef, DType, Error, Result, Type};
use smallvec::SmallVec;

impl Graph {
    /// Appends op `id`. Attributes are complete and in the record's order. Inputs are promoted
    /// as the record says (casts are inserted), then the op's `infer` decides the outputs.
    ///
    /// # Errors
    /// What `infer` refuses, named with the op.
    pub fn apply(
        &mut self,
        id: OpId,
        inputs: &[Option<Value>],
        attrs: Attrs,
        regions: &[Region],
    ) -> Result<SmallVec<[Value; 2]>> {
        let def = id.def();
        let mut args: SmallVec<[Option<Value>; 3]> = SmallVec::from_slice(inputs);
        let variadic = def.args.last().is_some_and(|a| a.arity == Arity::Variadic);
        let fixed = def.args.len() - usize::from(variadic);
        if args.len() < fixed {
            args.resize(fixed, None);
        }
        if args.len() > fixed && !variadic {
            return Err(Error::option(format!("expected at most {fixed} tensors, received {}", args.len())).in_op(def.name));
        }
        for (arg, v) in def.args.iter().zip(&args) {
            if v.is_none() && arg.arity == Arity::One {
                return Err(Error::option(format!("argument {} is missing", arg.name)).in_op(def.name));
            }
        }
        if def.args.iter().any(|a| a.promote != Promote::No) {
            self.promote(id, &mut args)?;
        }
        let Graph { nodes, equal, symbols, .. } = self;
        let mut input_types: SmallVec<[Option<&Type>; 4]> = SmallVec::new();
        for v in &args {
            input_types.push(v.map(|v| &nodes[v.node as usize].types[v.out as usize]));
        }
        let mut cx =
            Infer { op: def, inputs: &input_types, attrs: AttrsRef { op: def, values: &attrs }, regions, equal, symbols };
        let types: SmallVec<[Type; 1]> = (def.infer)(&mut cx).map_err(|e| e.in_op(def.name))?.into();
        drop(input_types);
        let node = nodes.len() as u32;
        let mut values = SmallVec::new();
        for out in 0..types.len() as u16 {
            values.push(Value { node, out });
        }
        nodes.push(Node { kind: Kind::Op(id), attrs, inputs: args, regions: SmallVec::from(regions), types });
        Ok(values)
    }

    fn promote(&mut self, id: OpId, args: &mut [Option<Value>]) -> Result<()> {
        let def = id.def();
        let rule = |i: usize| def.args[i.min(def.args.len() - 1)].promote;
        let mut common: Option<DType> = None;
        let mut float = false;
        for (i, v) in args.iter().enumerate() {
            if let (Some(v), true) = (v, rule(i) != Promote::No) {
                let d = self.ty(*v).dtype;
                common = Some(common.map_or(d, |c| c.promote(d)));
                float |= rule(i) == Promote::Float;
            }
        }
        let Some(mut common) = common else { return Ok(()) };
        if float {
            common = common.to_float();
        }
        for (i, v) in args.iter_mut().enumerate() {
            if let (Some(value), true) = (&v, rule(i) != Promote::No) {
                *v = Some(self.cast(*value, common)?);
            }
        }
        Ok(())
    }

    /// `v` converted to `dtype`; `v` itself where it has that dtype already.
    pub fn cast(&mut self, v: Value, dtype: DType) -> Result<Value> {
        if self.ty(v).dtype == dtype {
            return Ok(v);
        }
        let mut attrs = Attrs::new();
        attrs.push(AttrValue::DType(dtype));
        Ok(self.apply(crate::ops::id("cast"), &[Some(v)], attrs, &[])?[0])
    }
}
