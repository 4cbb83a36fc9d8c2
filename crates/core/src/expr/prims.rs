//! Facts about each primitive: its op, its arity, whether every backend gives the same bits.

use super::Prim;
use crate::DType;
use Prim::*;

impl Prim {
    /// Every primitive, in the order of its declaration.
    pub const ALL: [Prim; 56] = [
        Neg, Abs, Add, Sub, Mul, Div, Rem, FloorDiv, Mod, Min, Max, Lt, Le, Eq, Ne, And, Or, Xor, Not, Shl, Shr, Select, Cast,
        Bitcast, Floor, Ceil, Trunc, Round, Sqrt, Exp, Exp2, Expm1, Log, Log2, Log1p, Pow, Sin, Cos, Tan, Asin, Acos, Atan,
        Atan2, Sinh, Cosh, Tanh, Asinh, Acosh, Atanh, Sigmoid, Erf, Erfc, Erfinv, Lgamma, Digamma, Gcd,
    ];

    /// Name of the op that is exactly this primitive on arguments of `dtype` (for `Select`, that
    /// of its branches).
    pub const fn op(self, dtype: DType) -> &'static str {
        match self {
            Neg => "neg",
            Abs => "abs",
            Add => "add",
            Sub => "sub",
            Mul => "mul",
            Div if dtype.is_float() => "div",
            Div => "trunc_divide",
            Rem => "fmod",
            FloorDiv => "floor_divide",
            Mod => "remainder",
            Min => "minimum",
            Max => "maximum",
            Lt => "less",
            Le => "less_equal",
            Eq => "equal",
            Ne => "not_equal",
            And => "bitwise_and",
            Or => "bitwise_or",
            Xor => "bitwise_xor",
            Not => "bitwise_not",
            Shl => "left_shift",
            Shr => "right_shift",
            Select => "where",
            Cast => "cast",
            Bitcast => "bitcast",
            Floor => "floor",
            Ceil => "ceil",
            Trunc => "trunc",
            Round => "round",
            Sqrt => "sqrt",
            Exp => "exp",
            Exp2 => "exp2",
            Expm1 => "expm1",
            Log => "log",
            Log2 => "log2",
            Log1p => "log1p",
            Pow => "pow",
            Sin => "sin",
            Cos => "cos",
            Tan => "tan",
            Asin => "asin",
            Acos => "acos",
            Atan => "atan",
            Atan2 => "atan2",
            Sinh => "sinh",
            Cosh => "cosh",
            Tanh => "tanh",
            Asinh => "asinh",
            Acosh => "acosh",
            Atanh => "atanh",
            Sigmoid => "sigmoid",
            Erf => "erf",
            Erfc => "erfc",
            Erfinv => "erfinv",
            Lgamma => "lgamma",
            Digamma => "digamma",
            Gcd => "gcd",
        }
    }

    /// Number of arguments.
    pub const fn arity(self) -> usize {
        match self {
            Add | Sub | Mul | Div | Rem | FloorDiv | Mod | Min | Max | Lt | Le | Eq | Ne | And | Or | Xor | Shl | Shr | Pow
            | Atan2 | Gcd => 2,
            Select => 3,
            Neg | Abs | Not | Cast | Bitcast | Floor | Ceil | Trunc | Round | Sqrt | Exp | Exp2 | Expm1 | Log | Log2 | Log1p
            | Sin | Cos | Tan | Asin | Acos | Atan | Sinh | Cosh | Tanh | Asinh | Acosh | Atanh | Sigmoid | Erf | Erfc
            | Erfinv | Lgamma | Digamma => 1,
        }
    }

    /// Is its result one correctly rounded operation, so that folding it while recording gives
    /// the bits that any backend would give?
    pub const fn is_exact(self) -> bool {
        match self {
            Neg | Abs | Add | Sub | Mul | Div | Min | Max | Lt | Le | Eq | Ne | And | Or | Xor | Not | Shl | Shr | Select
            | Cast | Bitcast | Floor | Ceil | Trunc | Round | Sqrt | Gcd => true,
            Rem | FloorDiv | Mod | Exp | Exp2 | Expm1 | Log | Log2 | Log1p | Pow | Sin | Cos | Tan | Asin | Acos | Atan
            | Atan2 | Sinh | Cosh | Tanh | Asinh | Acosh | Atanh | Sigmoid | Erf | Erfc | Erfinv | Lgamma | Digamma => false,
        }
    }
}
