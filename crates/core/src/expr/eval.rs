//! A plain evaluator of one element: the oracle that tests compare backends with, and what
//! constant folding uses. It is slow and exact: every node rounds once to its dtype.

use super::{Const, Expr, ExprKind, ExprNode, Operand, Prim, Program, special};
use crate::DType;
use half::{bf16, f16};
use std::collections::HashMap;
use std::sync::Arc;

/// A value: of a float dtype, or of an integer dtype or bool (0 or 1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// A float.
    Float(f64),
    /// An integer, within the range of its dtype.
    Int(i128),
}

impl Scalar {
    /// A number as a value of `dtype`, converted as [`Prim::Cast`] does.
    pub fn new(x: f64, dtype: DType) -> Scalar {
        cast(Scalar::Float(x), dtype)
    }

    /// A constant as a value of `dtype`.
    pub fn of(c: Const, dtype: DType) -> Scalar {
        match c {
            Const::Float(x) => cast(Scalar::Float(x), dtype),
            Const::Int(x) => cast(Scalar::Int(i128::from(x)), dtype),
        }
    }

    /// As a number.
    pub fn f64(self) -> f64 {
        match self {
            Scalar::Float(x) => x,
            Scalar::Int(x) => x as f64,
        }
    }

    fn int(self) -> i128 {
        match self {
            Scalar::Float(x) => x as i128,
            Scalar::Int(x) => x,
        }
    }

    fn truth(self) -> bool {
        match self {
            Scalar::Float(x) => x != 0.0,
            Scalar::Int(x) => x != 0,
        }
    }
}

/// The value of `e`, where input `n` has the value `inputs[n]`.
///
/// # Panics
/// When `e` uses an input that is not given.
pub fn eval(e: &Expr, inputs: &[Scalar]) -> Scalar {
    visit(e, inputs, &mut HashMap::new())
}

fn visit(e: &Expr, inputs: &[Scalar], seen: &mut HashMap<*const ExprNode, Scalar>) -> Scalar {
    let key = Arc::as_ptr(&e.0);
    if let Some(v) = seen.get(&key) {
        return *v;
    }
    let v = match &e.0.kind {
        ExprKind::Input(n) => inputs[*n as usize],
        ExprKind::Const(c) => Scalar::of(*c, e.dtype()),
        ExprKind::Prim(prim, args) => {
            let args: Vec<_> = args.iter().map(|a| (visit(a, inputs, seen), a.dtype())).collect();
            apply(*prim, e.dtype(), &args)
        }
    };
    seen.insert(key, v);
    v
}

/// The outputs of a program on one element of each input.
///
/// # Panics
/// When fewer values are given than the program has inputs.
pub fn run(program: &Program, inputs: &[Scalar]) -> Vec<Scalar> {
    let mut results: Vec<Scalar> = Vec::with_capacity(program.insts.len());
    let at = |o: Operand, results: &[Scalar]| match o {
        Operand::Input(n) => inputs[n as usize],
        Operand::Const(n) => {
            let (c, d) = program.consts[n as usize];
            Scalar::of(c, d)
        }
        Operand::Inst(n) => results[n as usize],
    };
    for inst in &program.insts {
        let args: Vec<_> = inst.args.iter().map(|a| (at(*a, &results), program.dtype(*a))).collect();
        results.push(apply(inst.prim, inst.dtype, &args));
    }
    program.outputs.iter().map(|(o, _)| at(*o, &results)).collect()
}

/// One primitive: its value, rounded to `dtype`, on arguments with their dtypes.
///
/// # Panics
/// When the number of arguments is not the primitive's.
pub fn apply(prim: Prim, dtype: DType, args: &[(Scalar, DType)]) -> Scalar {
    let (x, from) = args[0];
    match prim {
        Prim::Select => return if x.truth() { args[1].0 } else { args[2].0 },
        Prim::Cast => return cast(x, dtype),
        Prim::Bitcast => return from_bits(to_bits(x, from), dtype),
        _ => {}
    }
    let y = args.get(1).map_or(x, |a| a.0);
    match (x, y) {
        (Scalar::Float(a), Scalar::Float(b)) => match float_predicate(prim, a, b) {
            Some(truth) => Scalar::Int(i128::from(truth)),
            None => round(float(prim, a, b), dtype),
        },
        _ => Scalar::Int(wrap(integer(prim, x.int(), y.int(), from), dtype)),
    }
}

fn float_predicate(prim: Prim, a: f64, b: f64) -> Option<bool> {
    match prim {
        Prim::Lt => Some(a < b),
        Prim::Le => Some(a <= b),
        Prim::Eq => Some(a == b),
        Prim::Ne => Some(a != b),
        _ => None,
    }
}

fn float(prim: Prim, a: f64, b: f64) -> f64 {
    match prim {
        Prim::Neg => -a,
        Prim::Abs => a.abs(),
        Prim::Add => a + b,
        Prim::Sub => a - b,
        Prim::Mul => a * b,
        Prim::Div => a / b,
        Prim::Rem => a % b,
        Prim::FloorDiv => floor_div(a, b),
        Prim::Mod => modulo(a, b),
        Prim::Min => -greater(-a, -b),
        Prim::Max => greater(a, b),
        Prim::Floor => a.floor(),
        Prim::Ceil => a.ceil(),
        Prim::Trunc => a.trunc(),
        Prim::Round => a.round_ties_even(),
        Prim::Sqrt => a.sqrt(),
        Prim::Exp => a.exp(),
        Prim::Exp2 => a.exp2(),
        Prim::Expm1 => a.exp_m1(),
        Prim::Log => a.ln(),
        Prim::Log2 => a.log2(),
        Prim::Log1p => a.ln_1p(),
        Prim::Pow => a.powf(b),
        Prim::Sin => a.sin(),
        Prim::Cos => a.cos(),
        Prim::Tan => a.tan(),
        Prim::Asin => a.asin(),
        Prim::Acos => a.acos(),
        Prim::Atan => a.atan(),
        Prim::Atan2 => a.atan2(b),
        Prim::Sinh => a.sinh(),
        Prim::Cosh => a.cosh(),
        Prim::Tanh => a.tanh(),
        Prim::Asinh => libm::asinh(a),
        // libm gives −∞ for large negative numbers.
        Prim::Acosh if a < 1.0 => f64::NAN,
        Prim::Acosh => libm::acosh(a),
        Prim::Atanh => libm::atanh(a),
        Prim::Sigmoid => special::sigmoid(a),
        Prim::Erf => libm::erf(a),
        Prim::Erfc => libm::erfc(a),
        Prim::Erfinv => special::erfinv(a),
        Prim::Lgamma => libm::lgamma(a),
        Prim::Digamma => special::digamma(a),
        // No meaning on floats (bits), or handled before (conversions, comparisons).
        Prim::And
        | Prim::Or
        | Prim::Xor
        | Prim::Not
        | Prim::Shl
        | Prim::Shr
        | Prim::Lt
        | Prim::Le
        | Prim::Eq
        | Prim::Ne
        | Prim::Select
        | Prim::Cast
        | Prim::Bitcast
        | Prim::Gcd => f64::NAN,
    }
}

fn greater(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if a == b {
        if a.is_sign_negative() { b } else { a }
    } else {
        a.max(b)
    }
}

/// Python's remainder: of the sign of `b`.
fn modulo(a: f64, b: f64) -> f64 {
    let m = a % b;
    if m == 0.0 {
        m.copysign(b)
    } else if (m < 0.0) != (b < 0.0) {
        m + b
    } else {
        m
    }
}

/// The quotient rounded down, from the exact remainder, as NumPy does.
fn floor_div(a: f64, b: f64) -> f64 {
    if b == 0.0 {
        return a / b;
    }
    let m = a % b;
    let mut q = (a - m) / b;
    if m != 0.0 && (m < 0.0) != (b < 0.0) {
        q -= 1.0;
    }
    let down = q.floor();
    if q == 0.0 {
        0.0f64.copysign(a / b)
    } else if q - down > 0.5 {
        down + 1.0
    } else {
        down
    }
}

/// The greatest common divisor of two numbers that are not negative, by Euclid.
fn common_divisor(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Integers and bools, before wrapping to the result's dtype; `dtype` is that of the arguments.
fn integer(prim: Prim, a: i128, b: i128, dtype: DType) -> i128 {
    let width = 8 * dtype.size() as i128;
    let bool = dtype == DType::Bool;
    let ordered = |truth: bool| i128::from(truth);
    match prim {
        Prim::Neg => -a,
        Prim::Abs => a.abs(),
        Prim::Add if bool => a | b,
        Prim::Add => a + b,
        Prim::Sub => a - b,
        Prim::Mul => a.wrapping_mul(b),
        Prim::Div => a.checked_div(b).unwrap_or(0),
        Prim::Rem => a.checked_rem(b).unwrap_or(0),
        Prim::FloorDiv => match a.checked_rem(b) {
            None => 0,
            Some(m) if m != 0 && (m < 0) != (b < 0) => a / b - 1,
            Some(_) => a / b,
        },
        Prim::Mod => match a.checked_rem(b) {
            None => 0,
            Some(m) if m != 0 && (m < 0) != (b < 0) => m + b,
            Some(m) => m,
        },
        Prim::Min => a.min(b),
        Prim::Max => a.max(b),
        Prim::Lt => ordered(a < b),
        Prim::Le => ordered(a <= b),
        Prim::Eq => ordered(a == b),
        Prim::Ne => ordered(a != b),
        Prim::And => a & b,
        Prim::Or => a | b,
        Prim::Xor => a ^ b,
        Prim::Not if bool => 1 - a,
        Prim::Not => !a,
        Prim::Shl if (0..width).contains(&b) => a << b,
        Prim::Shl => 0,
        Prim::Shr if (0..width).contains(&b) => a >> b,
        Prim::Shr => -i128::from(a < 0),
        Prim::Pow => power(a, b, dtype),
        Prim::Gcd => common_divisor(a.abs(), b.abs()),
        // Whole already.
        Prim::Floor | Prim::Ceil | Prim::Trunc | Prim::Round => a,
        // No meaning on integers, or handled before.
        Prim::Select
        | Prim::Cast
        | Prim::Bitcast
        | Prim::Sqrt
        | Prim::Exp
        | Prim::Exp2
        | Prim::Expm1
        | Prim::Log
        | Prim::Log2
        | Prim::Log1p
        | Prim::Sin
        | Prim::Cos
        | Prim::Tan
        | Prim::Asin
        | Prim::Acos
        | Prim::Atan
        | Prim::Atan2
        | Prim::Sinh
        | Prim::Cosh
        | Prim::Tanh
        | Prim::Asinh
        | Prim::Acosh
        | Prim::Atanh
        | Prim::Sigmoid
        | Prim::Erf
        | Prim::Erfc
        | Prim::Erfinv
        | Prim::Lgamma
        | Prim::Digamma => 0,
    }
}

fn power(a: i128, b: i128, dtype: DType) -> i128 {
    if b < 0 {
        return match a {
            1 => 1,
            -1 if b % 2 == 0 => 1,
            -1 => -1,
            _ => 0,
        };
    }
    let (mut result, mut square, mut left) = (1, a, b);
    while left > 0 {
        if left & 1 == 1 {
            result = wrap(result * square, dtype);
        }
        square = wrap(square.wrapping_mul(square), dtype);
        left >>= 1;
    }
    result
}

/// Rounds to a float dtype; f16 and bf16 by way of f32.
fn round(x: f64, dtype: DType) -> Scalar {
    Scalar::Float(match dtype {
        DType::F32 => f64::from(x as f32),
        DType::F16 => f16::from_f32(x as f32).to_f64(),
        DType::BF16 => bf16::from_f32(x as f32).to_f64(),
        _ => x,
    })
}

/// Wraps to an integer dtype; bool keeps 0 or 1.
fn wrap(x: i128, dtype: DType) -> i128 {
    match dtype {
        DType::I8 => i128::from(x as i8),
        DType::I16 => i128::from(x as i16),
        DType::I32 => i128::from(x as i32),
        DType::I64 => i128::from(x as i64),
        DType::U8 => i128::from(x as u8),
        DType::U16 => i128::from(x as u16),
        DType::U32 => i128::from(x as u32),
        DType::U64 => i128::from(x as u64),
        DType::Bool => i128::from(x != 0),
        DType::F32 | DType::F64 | DType::F16 | DType::BF16 => x,
    }
}

fn cast(x: Scalar, dtype: DType) -> Scalar {
    match (x, dtype) {
        (_, DType::Bool) => Scalar::Int(i128::from(x.truth())),
        (Scalar::Float(x), d) if d.is_float() => round(x, d),
        (Scalar::Int(x), DType::F64) => Scalar::Float(x as f64),
        (Scalar::Int(x), d) if d.is_float() => round(f64::from(x as f32), d),
        (Scalar::Int(x), d) => Scalar::Int(wrap(x, d)),
        (Scalar::Float(x), d) => Scalar::Int(match d {
            DType::I8 => i128::from(x as i8),
            DType::I16 => i128::from(x as i16),
            DType::I32 => i128::from(x as i32),
            DType::I64 => i128::from(x as i64),
            DType::U8 => i128::from(x as u8),
            DType::U16 => i128::from(x as u16),
            DType::U32 => i128::from(x as u32),
            _ => i128::from(x as u64),
        }),
    }
}

fn to_bits(x: Scalar, dtype: DType) -> u64 {
    match dtype {
        DType::F64 => x.f64().to_bits(),
        DType::F32 => u64::from((x.f64() as f32).to_bits()),
        DType::F16 => u64::from(f16::from_f32(x.f64() as f32).to_bits()),
        DType::BF16 => u64::from(bf16::from_f32(x.f64() as f32).to_bits()),
        _ => x.int() as u64,
    }
}

fn from_bits(bits: u64, dtype: DType) -> Scalar {
    match dtype {
        DType::F64 => Scalar::Float(f64::from_bits(bits)),
        DType::F32 => Scalar::Float(f64::from(f32::from_bits(bits as u32))),
        DType::F16 => Scalar::Float(f16::from_bits(bits as u16).to_f64()),
        DType::BF16 => Scalar::Float(bf16::from_bits(bits as u16).to_f64()),
        _ => Scalar::Int(wrap(i128::from(bits), dtype)),
    }
}
