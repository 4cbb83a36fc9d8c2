//! The op record: everything that Talray knows of an op stands in one [`OpDef`].

use crate::expr::ElementCx;
use crate::graph::Builder;
use crate::infer::Infer;
use crate::vjp::{Grad, VjpCx};
use crate::{AttrValue, AttrsRef, DType, Result, Type, Value};

/// One op. Each lives in a file of its own under `ops/` as `pub static DEF`.
#[derive(Debug)]
pub struct OpDef {
    /// snake_case name; TypeScript's is the same in camelCase.
    pub name: &'static str,
    /// Raised when the meaning changes; saved graphs carry it.
    pub version: u16,
    /// Heading in the generated docs: `"math"`, `"reduce"`, `"shape"` …
    pub group: &'static str,
    /// First sentence: what it gives. Then shapes, defaults, errors, source. Markdown.
    pub doc: &'static str,
    /// Tensor arguments. Only the last may be variadic.
    pub args: &'static [Arg],
    /// Attributes. Those without default are positional in TypeScript, the others are options.
    pub attrs: &'static [Attr],
    /// Names of the outputs.
    pub outputs: Outputs,
    /// Shape and dtype rule, and where bad input is refused.
    pub infer: fn(&mut Infer<'_>) -> Result<Vec<Type>>,
    /// How it runs.
    pub lower: Lower,
    /// How its gradient is found.
    pub vjp: Vjp,
    /// Inputs on which the table tests run it (gradients, backends, layouts).
    pub samples: fn() -> Vec<Sample>,
    /// Is it also a method of `Tensor` in TypeScript?
    pub method: bool,
}

/// A tensor argument.
#[derive(Clone, Copy, Debug)]
pub struct Arg {
    /// Name in docs and errors.
    pub name: &'static str,
    /// How many tensors it stands for.
    pub arity: Arity,
    /// Does it take part in dtype promotion with the other such arguments of the op?
    /// Promoting arguments also accept JavaScript scalars, which are weak.
    pub promote: Promote,
}

/// How many tensors an argument stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arity {
    /// Exactly one.
    One,
    /// One or none.
    Optional,
    /// Any number, as an array in TypeScript.
    Variadic,
}

/// Dtype promotion of an argument before `infer` sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promote {
    /// Taken as it is.
    No,
    /// Cast to the common dtype of all promoting arguments.
    Common,
    /// As `Common`, and integers and bools become `f32`.
    Float,
}

impl Arg {
    /// One tensor, taken as it is.
    pub const fn one(name: &'static str) -> Arg {
        Arg { name, arity: Arity::One, promote: Promote::No }
    }
    /// One tensor (or JavaScript scalar), cast to the common dtype.
    pub const fn common(name: &'static str) -> Arg {
        Arg { name, arity: Arity::One, promote: Promote::Common }
    }
    /// One tensor (or JavaScript scalar), cast to the common float dtype.
    pub const fn float(name: &'static str) -> Arg {
        Arg { name, arity: Arity::One, promote: Promote::Float }
    }
    /// The same argument, but it may be left out.
    pub const fn optional(self) -> Arg {
        Arg { arity: Arity::Optional, ..self }
    }
    /// The same argument, any number of times.
    pub const fn variadic(self) -> Arg {
        Arg { arity: Arity::Variadic, ..self }
    }
}

/// An attribute.
#[derive(Clone, Copy, Debug)]
pub struct Attr {
    /// snake_case name; camelCase in TypeScript.
    pub name: &'static str,
    /// Kind of value.
    pub kind: AttrKind,
    /// Default; `None` makes it required.
    pub default: Option<Default>,
}

/// Kinds of attribute values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttrKind {
    /// Any number.
    F64,
    /// An integer.
    I64,
    /// A flag.
    Bool,
    /// A dtype.
    DType,
    /// One of these names.
    Enum(&'static [&'static str]),
    /// Text.
    Text,
    /// Numbers.
    F64s,
    /// Integers (a single integer is accepted in TypeScript and made a list of one).
    I64s,
    /// Sizes, possibly symbolic.
    Dims,
    /// Flags.
    Bools,
}

/// Defaults that can stand in a `static`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Default {
    /// "Not given" is itself meaningful.
    Absent,
    /// A number.
    F64(f64),
    /// An integer.
    I64(i64),
    /// A flag.
    Bool(bool),
    /// A dtype.
    DType(DType),
    /// The name chosen by index.
    Enum(u16),
    /// Integers.
    I64s(&'static [i64]),
    /// Numbers.
    F64s(&'static [f64]),
}

impl Attr {
    /// A required attribute.
    pub const fn required(name: &'static str, kind: AttrKind) -> Attr {
        Attr { name, kind, default: None }
    }
    /// An attribute with a default.
    pub const fn optional(name: &'static str, kind: AttrKind, default: Default) -> Attr {
        Attr { name, kind, default: Some(default) }
    }
    /// The default as a value; required attributes give `Absent`.
    pub fn default_value(&self) -> AttrValue {
        match self.default {
            None | Some(Default::Absent) => AttrValue::Absent,
            Some(Default::F64(x)) => AttrValue::F64(x),
            Some(Default::I64(x)) => AttrValue::I64(x),
            Some(Default::Bool(x)) => AttrValue::Bool(x),
            Some(Default::DType(x)) => AttrValue::DType(x),
            Some(Default::Enum(x)) => AttrValue::Enum(x),
            Some(Default::I64s(x)) => AttrValue::I64s(x.to_vec()),
            Some(Default::F64s(x)) => AttrValue::F64s(x.to_vec()),
        }
    }
}

/// Outputs of an op.
#[derive(Clone, Copy, Debug)]
pub enum Outputs {
    /// These, always.
    Named(&'static [&'static str]),
    /// A number that `infer` decides from attributes or inputs, given as an array in TypeScript.
    List(&'static str),
}

/// The usual single output.
pub const ONE: Outputs = Outputs::Named(&["out"]);

/// Body of an elementwise op: one expression per output over one expression per input.
/// Inputs have already been promoted; absent optional inputs cannot occur.
pub type Body = fn(&ElementCx<'_>) -> Result<Vec<crate::expr::Expr>>;

/// Builds a composite from other ops: inputs (absent optionals are `None`) to outputs.
pub type Compose = fn(&mut Builder<'_>, &[Option<Value>], AttrsRef<'_>) -> Result<Vec<Value>>;

/// How an op runs.
#[derive(Clone, Copy, Debug)]
pub enum Lower {
    /// A scalar expression for each output element; every backend runs it, fused.
    Elementwise(Body),
    /// A graph of other ops; a backend may have a kernel of the same name instead.
    Composite(Compose),
    /// Only a change of shape, strides and offset where the input allows it (see
    /// [`crate::graph::view`]); backends also have a copying kernel.
    View,
    /// A kernel in each backend that supports it.
    Kernel,
    /// Run by the executor itself: branches and loops over regions.
    Control,
    /// A kernel that changes something outside the graph (a table): it always runs, in order.
    Effect,
}

/// How an op's gradient is found.
#[derive(Clone, Copy, Debug)]
pub enum Vjp {
    /// From the expression or the composite.
    Derived,
    /// One expression per input: its gradient, over inputs, then outputs, then cotangents.
    Elementwise(Body),
    /// A function that builds the gradient from ops.
    Rule(fn(&mut VjpCx<'_, '_>) -> Result<Vec<Option<Grad>>>),
    /// It has none; says why.
    None(&'static str),
}

/// Inputs and attributes on which the table tests run an op.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Inputs; `None` for an absent optional.
    pub inputs: Vec<Option<SampleInput>>,
    /// Attributes by name; the others take their defaults.
    pub attrs: Vec<(&'static str, AttrValue)>,
    /// `Some(code)`: this sample must be refused with that code.
    pub refuses: Option<crate::Code>,
    /// Compare the gradient with central differences at this sample?
    pub check_grad: bool,
}

/// One input of a sample.
#[derive(Clone, Debug)]
pub struct SampleInput {
    /// Element type.
    pub dtype: DType,
    /// Sizes.
    pub shape: Vec<usize>,
    /// Values.
    pub data: SampleData,
}

/// Values of a sample input.
#[derive(Clone, Debug)]
pub enum SampleData {
    /// Spread deterministically and without ties over this range.
    Range(f64, f64),
    /// These values.
    Values(Vec<f64>),
}

/// A float input (f32; the gradient tests repeat it in f64) with values spread over `[lo, hi]`.
pub fn floats(shape: &[usize], lo: f64, hi: f64) -> Option<SampleInput> {
    Some(SampleInput { dtype: DType::F32, shape: shape.to_vec(), data: SampleData::Range(lo, hi) })
}

/// An input of `dtype` with these values.
pub fn values(dtype: DType, shape: &[usize], data: &[f64]) -> Option<SampleInput> {
    Some(SampleInput { dtype, shape: shape.to_vec(), data: SampleData::Values(data.to_vec()) })
}

/// A sample over `inputs` with default attributes, whose gradient is checked.
pub fn sample(inputs: Vec<Option<SampleInput>>) -> Sample {
    Sample { inputs, attrs: Vec::new(), refuses: None, check_grad: true }
}

impl Sample {
    /// Sets an attribute.
    #[must_use]
    pub fn attr(mut self, name: &'static str, value: AttrValue) -> Sample {
        self.attrs.push((name, value));
        self
    }
    /// Sets an attribute that is a list of integers.
    #[must_use]
    pub fn i64s(self, name: &'static str, value: &[i64]) -> Sample {
        self.attr(name, AttrValue::I64s(value.to_vec()))
    }
    /// Sets an attribute that is a list of sizes.
    #[must_use]
    pub fn dims(self, name: &'static str, value: &[usize]) -> Sample {
        self.attr(name, AttrValue::Dims(value.iter().map(|&n| n.into()).collect()))
    }
    /// This sample must be refused with `code`.
    #[must_use]
    pub fn refused(mut self, code: crate::Code) -> Sample {
        self.refuses = Some(code);
        self
    }
    /// The gradient is not compared here (a kink, an integer input).
    #[must_use]
    pub fn no_grad(mut self) -> Sample {
        self.check_grad = false;
        self
    }
}
