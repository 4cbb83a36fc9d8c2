//! Scalar expressions: the bodies of elementwise ops and update rules, as data.
//!
//! An [`Expr`] is an immutable, shared tree. [`Program`] is its compiled form: a straight list of
//! instructions that each backend evaluates with exactly one `match` over [`Prim`].

mod build;
pub mod diff;
mod display;
pub mod eval;
pub mod floats;
pub mod forms;
mod prims;
pub mod program;
pub mod simplify;
mod special;
mod to_graph;

pub use program::{Inst, Operand, Program};
pub use simplify::simplify;
pub use to_graph::{op_body, op_exprs, op_program, to_graph};

use crate::{AttrsRef, DType};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::sync::Arc;

/// The typed primitives. One node is one rounding in its dtype: no backend contracts two nodes
/// into one. For f16 and bf16 each node computes in f32 and rounds. Integers wrap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Prim {
    /// `-x`
    Neg,
    /// `|x|` (wraps at the least integer)
    Abs,
    /// `a + b`; on bool, or
    Add,
    /// `a - b`
    Sub,
    /// `a * b`; on bool, and
    Mul,
    /// `a / b`; integers round towards zero, and x/0 is 0
    Div,
    /// C's remainder (sign of `a`); integer x%0 is 0
    Rem,
    /// Rounded down quotient; integer x//0 is 0
    FloorDiv,
    /// Python's remainder (sign of `b`); integer x mod 0 is 0
    Mod,
    /// Lesser; NaN if either is; −0 < +0
    Min,
    /// Greater; NaN if either is; −0 < +0
    Max,
    /// `a < b`, bool
    Lt,
    /// `a <= b`, bool
    Le,
    /// `a == b`, bool
    Eq,
    /// `a != b`, bool (true for NaN)
    Ne,
    /// Bitwise and; logical on bool
    And,
    /// Bitwise or; logical on bool
    Or,
    /// Bitwise exclusive or; logical on bool
    Xor,
    /// Bitwise complement; logical on bool
    Not,
    /// Shift left; counts ≥ width give 0
    Shl,
    /// Shift right, arithmetic for signed; counts ≥ width act as width − 1 for signed, give 0 for unsigned
    Shr,
    /// `c ? a : b`; `c` is bool
    Select,
    /// Conversion to the node's dtype: float to integer truncates and saturates, NaN gives 0; integer to integer wraps; to bool is `x != 0`
    Cast,
    /// Same bits as the node's dtype (equal sizes)
    Bitcast,
    /// Round down
    Floor,
    /// Round up
    Ceil,
    /// Round towards zero
    Trunc,
    /// Round to nearest, ties to even
    Round,
    /// √x
    Sqrt,
    /// eˣ
    Exp,
    /// 2ˣ
    Exp2,
    /// eˣ − 1
    Expm1,
    /// ln x
    Log,
    /// log₂ x
    Log2,
    /// ln(1 + x)
    Log1p,
    /// aᵇ (C's pow; integers by repeated multiplication, negative exponents give 0 except ±1)
    Pow,
    /// Sine
    Sin,
    /// Cosine
    Cos,
    /// Tangent
    Tan,
    /// Inverse sine
    Asin,
    /// Inverse cosine
    Acos,
    /// Inverse tangent
    Atan,
    /// atan2(y, x)
    Atan2,
    /// Hyperbolic sine
    Sinh,
    /// Hyperbolic cosine
    Cosh,
    /// Hyperbolic tangent
    Tanh,
    /// Inverse hyperbolic sine
    Asinh,
    /// Inverse hyperbolic cosine
    Acosh,
    /// Inverse hyperbolic tangent
    Atanh,
    /// 1 / (1 + e⁻ˣ)
    Sigmoid,
    /// Error function
    Erf,
    /// 1 − erf(x)
    Erfc,
    /// Inverse error function
    Erfinv,
    /// ln |Γ(x)|
    Lgamma,
    /// Γ'(x)/Γ(x)
    Digamma,
    /// Greatest common divisor of the magnitudes of two integers; gcd(x, 0) is |x|
    Gcd,
}

/// A shared scalar expression.
#[derive(Clone, Debug)]
pub struct Expr(pub Arc<ExprNode>);

/// A node of an expression.
#[derive(Clone, Debug)]
pub struct ExprNode {
    /// What it is.
    pub kind: ExprKind,
    /// Its dtype.
    pub dtype: DType,
}

/// Kinds of expression nodes.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// Input `n` of the op.
    Input(u16),
    /// A constant (rounded or truncated to the node's dtype when compiled).
    Const(Const),
    /// A primitive of its arguments.
    Prim(Prim, SmallVec<[Expr; 3]>),
}

/// A constant's value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Const {
    /// Used for float nodes.
    Float(f64),
    /// Used for integer and bool nodes (u64 values above i64::MAX as their bit pattern).
    Int(i64),
}

/// What the body of an elementwise op sees.
pub struct ElementCx<'a> {
    /// One expression per input (then, in gradient bodies, per output and per cotangent).
    pub inputs: &'a [Expr],
    /// Attribute values.
    pub attrs: AttrsRef<'a>,
}

impl ElementCx<'_> {
    /// Input `i`.
    pub fn x(&self, i: usize) -> Expr {
        self.inputs[i].clone()
    }
}
