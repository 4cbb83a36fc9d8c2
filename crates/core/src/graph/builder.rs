//! The short way to append ops: used by composites, gradient rules and tests.

use super::{Graph, Literal, OpId, Region, Value};
use crate::{AttrValue, Attrs, DType, Dim, Error, Result, Shape, Type};
use smallvec::SmallVec;

/// Appends ops to a graph.
pub struct Builder<'g> {
    /// The graph.
    pub graph: &'g mut Graph,
}

/// Named attributes: `&[("axis", ints(&[0])), ("keepdims", true.into())]`.
pub type NamedAttrs<'a> = &'a [(&'a str, AttrValue)];

impl<'g> Builder<'g> {
    /// A builder over `graph`.
    pub fn new(graph: &'g mut Graph) -> Builder<'g> {
        Builder { graph }
    }

    /// Type of a value.
    pub fn ty(&self, v: Value) -> &Type {
        self.graph.ty(v)
    }

    /// Shape of a value.
    pub fn shape(&self, v: Value) -> Shape {
        self.graph.ty(v).shape.clone()
    }

    /// Dtype of a value.
    pub fn dtype(&self, v: Value) -> DType {
        self.graph.ty(v).dtype
    }

    /// Rank of a value.
    pub fn rank(&self, v: Value) -> usize {
        self.graph.ty(v).shape.rank()
    }

    /// Appends op `name`; attributes that are not given take their defaults.
    pub fn apply_all(
        &mut self,
        name: &str,
        inputs: &[Option<Value>],
        attrs: NamedAttrs<'_>,
        regions: &[Region],
    ) -> Result<SmallVec<[Value; 2]>> {
        let id = crate::ops::find(name).ok_or_else(|| Error::internal(format!("no op is named {name}")))?;
        let values = complete(id, attrs)?;
        self.graph.apply(id, inputs, values, regions)
    }

    /// Appends op `name` over present inputs and gives its first output.
    pub fn op(&mut self, name: &str, inputs: &[Value], attrs: NamedAttrs<'_>) -> Result<Value> {
        let inputs: SmallVec<[Option<Value>; 4]> = inputs.iter().map(|v| Some(*v)).collect();
        Ok(self.apply_all(name, &inputs, attrs, &[])?[0])
    }

    /// A scalar constant of `dtype`.
    pub fn scalar(&mut self, x: f64, dtype: DType) -> Value {
        self.graph.constant(Literal::scalar(x, dtype))
    }

    /// A scalar constant of the dtype of `like`.
    pub fn scalar_like(&mut self, x: f64, like: Value) -> Value {
        let dtype = self.dtype(like);
        self.scalar(x, dtype)
    }

    /// `x` filled to the shape (and dtype) of `like`.
    pub fn full_like(&mut self, x: f64, like: Value) -> Result<Value> {
        let s = self.scalar_like(x, like);
        let shape = self.shape(like);
        self.broadcast_to(s, &shape)
    }

    /// `v` converted to `dtype`.
    pub fn cast(&mut self, v: Value, dtype: DType) -> Result<Value> {
        self.graph.cast(v, dtype)
    }

    /// `v` with another shape of the same size.
    pub fn reshape(&mut self, v: Value, shape: &Shape) -> Result<Value> {
        if self.ty(v).shape == *shape {
            return Ok(v);
        }
        self.op("reshape", &[v], &[("shape", dims(shape))])
    }

    /// `v` repeated to `shape`.
    pub fn broadcast_to(&mut self, v: Value, shape: &Shape) -> Result<Value> {
        if self.ty(v).shape == *shape {
            return Ok(v);
        }
        self.op("broadcast_to", &[v], &[("shape", dims(shape))])
    }

    /// `v` with its axes in the order `axes`.
    pub fn transpose(&mut self, v: Value, axes: &[usize]) -> Result<Value> {
        self.op("transpose", &[v], &[("axes", axes.iter().map(|&a| a as i64).collect::<Vec<_>>().as_slice().into())])
    }

    /// Sum over `axes`.
    pub fn sum(&mut self, v: Value, axes: &[usize], keepdims: bool) -> Result<Value> {
        self.reduce("sum", v, axes, keepdims)
    }

    /// Reduction op `name` over `axes`.
    pub fn reduce(&mut self, name: &str, v: Value, axes: &[usize], keepdims: bool) -> Result<Value> {
        let axes: Vec<i64> = axes.iter().map(|&a| a as i64).collect();
        self.op(name, &[v], &[("axis", axes.as_slice().into()), ("keepdims", keepdims.into())])
    }

    /// `v` summed down to `shape`, the reverse of broadcasting.
    pub fn sum_to(&mut self, v: Value, shape: &Shape) -> Result<Value> {
        let from = self.shape(v);
        if from == *shape {
            return Ok(v);
        }
        let lead = from.rank() - shape.rank();
        let axes: Vec<usize> =
            (0..from.rank()).filter(|&i| i < lead || (shape[i - lead] == Dim::Known(1) && from[i] != Dim::Known(1))).collect();
        let summed = if axes.is_empty() { v } else { self.sum(v, &axes, true)? };
        self.reshape(summed, shape)
    }

    /// Matrix product of the last two axes, with optional transposes.
    pub fn matmul(&mut self, a: Value, b: Value, transpose_a: bool, transpose_b: bool) -> Result<Value> {
        self.op("matmul", &[a, b], &[("transpose_a", transpose_a.into()), ("transpose_b", transpose_b.into())])
    }

    /// `c ? a : b` elementwise.
    pub fn select(&mut self, c: Value, a: Value, b: Value) -> Result<Value> {
        self.op("where", &[c, a, b], &[])
    }
}

macro_rules! named {
    ($($name:ident($($arg:ident),*)),* $(,)?) => { impl Builder<'_> { $(
        #[doc = concat!("Appends `", stringify!($name), "`.")]
        pub fn $name(&mut self, $($arg: Value),*) -> Result<Value> { self.op(stringify!($name), &[$($arg),*], &[]) }
    )* } };
}
named!(
    add(a, b),
    sub(a, b),
    mul(a, b),
    div(a, b),
    pow(a, b),
    maximum(a, b),
    minimum(a, b),
    less(a, b),
    less_equal(a, b),
    greater(a, b),
    greater_equal(a, b),
    equal(a, b),
    not_equal(a, b),
    logical_and(a, b),
    neg(x),
    exp(x),
    log(x),
    sqrt(x),
    rsqrt(x),
    square(x),
    abs(x),
    sign(x),
    sigmoid(x),
    tanh(x),
    reciprocal(x)
);

/// All attribute values of op `id`: those given by name, defaults for the rest.
///
/// # Errors
/// An unknown name, or a required attribute that is missing.
pub fn complete(id: OpId, named: NamedAttrs<'_>) -> Result<Attrs> {
    let def = id.def();
    let mut values: Attrs = def.attrs.iter().map(super::super::op::Attr::default_value).collect();
    let mut given: SmallVec<[bool; 8]> = SmallVec::from_elem(false, def.attrs.len());
    for (name, value) in named {
        let i = def.attrs.iter().position(|a| a.name == *name).ok_or_else(|| {
            let known: Vec<_> = def.attrs.iter().map(|a| a.name).collect();
            Error::option(format!("no attribute is named {name}; there are: {}", known.join(", "))).in_op(def.name)
        })?;
        values[i] = value.clone();
        given[i] = true;
    }
    for (attr, given) in def.attrs.iter().zip(given) {
        if attr.default.is_none() && !given {
            return Err(Error::option(format!("attribute {} is required", attr.name)).in_op(def.name));
        }
    }
    Ok(values)
}

/// A shape as an attribute.
pub fn dims(shape: &Shape) -> AttrValue {
    AttrValue::Dims(shape.0.to_vec())
}

impl From<bool> for AttrValue {
    fn from(x: bool) -> AttrValue {
        AttrValue::Bool(x)
    }
}
impl From<f64> for AttrValue {
    fn from(x: f64) -> AttrValue {
        AttrValue::F64(x)
    }
}
impl From<i64> for AttrValue {
    fn from(x: i64) -> AttrValue {
        AttrValue::I64(x)
    }
}
impl From<DType> for AttrValue {
    fn from(x: DType) -> AttrValue {
        AttrValue::DType(x)
    }
}
impl From<&[i64]> for AttrValue {
    fn from(x: &[i64]) -> AttrValue {
        AttrValue::I64s(x.to_vec())
    }
}
