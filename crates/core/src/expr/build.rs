//! Building expressions: operators and named methods.

use super::{Const, Expr, ExprKind, ExprNode, Prim};
use crate::DType;
use smallvec::smallvec;
use std::collections::HashMap;
use std::sync::Arc;

impl Expr {
    /// Input `n` of dtype `dtype`.
    pub fn input(n: u16, dtype: DType) -> Expr {
        Expr(Arc::new(ExprNode { kind: ExprKind::Input(n), dtype }))
    }

    /// A constant of dtype `dtype`.
    pub fn constant(value: f64, dtype: DType) -> Expr {
        let value = if dtype.is_float() { Const::Float(value) } else { Const::Int(value as i64) };
        Expr(Arc::new(ExprNode { kind: ExprKind::Const(value), dtype }))
    }

    /// An integer constant of dtype `dtype`.
    pub fn int(value: i64, dtype: DType) -> Expr {
        let value = if dtype.is_float() { Const::Float(value as f64) } else { Const::Int(value) };
        Expr(Arc::new(ExprNode { kind: ExprKind::Const(value), dtype }))
    }

    /// The single element of `literal` as a constant.
    pub fn literal(literal: &crate::graph::Literal) -> Expr {
        let b = &literal.bytes;
        let word = b.iter().rev().fold(0u64, |w, x| w << 8 | u64::from(*x));
        let value = match literal.dtype {
            DType::F32 => Const::Float(f64::from(f32::from_bits(word as u32))),
            DType::F64 => Const::Float(f64::from_bits(word)),
            DType::F16 => Const::Float(half::f16::from_bits(word as u16).to_f64()),
            DType::BF16 => Const::Float(half::bf16::from_bits(word as u16).to_f64()),
            DType::I8 => Const::Int(i64::from(word as i8)),
            DType::I16 => Const::Int(i64::from(word as i16)),
            DType::I32 => Const::Int(i64::from(word as i32)),
            _ => Const::Int(word as i64),
        };
        Expr(Arc::new(ExprNode { kind: ExprKind::Const(value), dtype: literal.dtype }))
    }

    /// A constant of this expression's dtype.
    pub fn c(&self, value: f64) -> Expr {
        Expr::constant(value, self.0.dtype)
    }

    /// Its dtype.
    pub fn dtype(&self) -> DType {
        self.0.dtype
    }

    /// A primitive of one argument, in its dtype.
    pub fn unary(&self, prim: Prim) -> Expr {
        Expr(Arc::new(ExprNode { kind: ExprKind::Prim(prim, smallvec![self.clone()]), dtype: self.0.dtype }))
    }

    /// A primitive of two arguments of one dtype; comparisons give bool.
    pub fn binary(&self, prim: Prim, other: &Expr) -> Expr {
        debug_assert_eq!(self.0.dtype, other.0.dtype, "{prim:?} of two dtypes");
        let dtype = match prim {
            Prim::Lt | Prim::Le | Prim::Eq | Prim::Ne => DType::Bool,
            _ => self.0.dtype,
        };
        Expr(Arc::new(ExprNode { kind: ExprKind::Prim(prim, smallvec![self.clone(), other.clone()]), dtype }))
    }

    /// `self ? a : b`.
    pub fn select(&self, a: &Expr, b: &Expr) -> Expr {
        debug_assert_eq!(a.0.dtype, b.0.dtype, "select of two dtypes");
        Expr(Arc::new(ExprNode {
            kind: ExprKind::Prim(Prim::Select, smallvec![self.clone(), a.clone(), b.clone()]),
            dtype: a.0.dtype,
        }))
    }

    /// Converted to `dtype`.
    pub fn cast(&self, dtype: DType) -> Expr {
        if dtype == self.0.dtype {
            return self.clone();
        }
        Expr(Arc::new(ExprNode { kind: ExprKind::Prim(Prim::Cast, smallvec![self.clone()]), dtype }))
    }

    /// The same bits as `dtype`.
    pub fn bitcast(&self, dtype: DType) -> Expr {
        if dtype == self.0.dtype {
            return self.clone();
        }
        Expr(Arc::new(ExprNode { kind: ExprKind::Prim(Prim::Bitcast, smallvec![self.clone()]), dtype }))
    }

    /// The same expression with the nodes in `known` (by address) replaced.
    pub(crate) fn substitute(&self, known: &HashMap<*const ExprNode, Expr>) -> Expr {
        fn visit(e: &Expr, seen: &mut HashMap<*const ExprNode, Expr>) -> Expr {
            let key = Arc::as_ptr(&e.0);
            if let Some(done) = seen.get(&key) {
                return done.clone();
            }
            let done = match &e.0.kind {
                ExprKind::Input(_) | ExprKind::Const(_) => e.clone(),
                ExprKind::Prim(prim, args) => {
                    let args = args.iter().map(|a| visit(a, seen)).collect();
                    Expr(Arc::new(ExprNode { kind: ExprKind::Prim(*prim, args), dtype: e.dtype() }))
                }
            };
            seen.insert(key, done.clone());
            done
        }
        visit(self, &mut known.clone())
    }

    /// `self > other`.
    pub fn gt(&self, other: &Expr) -> Expr {
        other.binary(Prim::Lt, self)
    }

    /// `self >= other`.
    pub fn ge(&self, other: &Expr) -> Expr {
        other.binary(Prim::Le, self)
    }

    /// `self * self`.
    pub fn square(&self) -> Expr {
        self.binary(Prim::Mul, self)
    }
}

macro_rules! unary {
    ($($name:ident $prim:ident),* $(,)?) => {
        impl Expr { $(#[doc = concat!("[`Prim::", stringify!($prim), "`] of this.")]
            #[must_use] pub fn $name(&self) -> Expr { self.unary(Prim::$prim) })* }
    };
}
unary!(neg Neg, abs Abs, not Not, floor Floor, ceil Ceil, trunc Trunc, round Round, sqrt Sqrt, exp Exp, exp2 Exp2,
    expm1 Expm1, log Log, log2 Log2, log1p Log1p, sin Sin, cos Cos, tan Tan, asin Asin, acos Acos, atan Atan, sinh Sinh,
    cosh Cosh, tanh Tanh, asinh Asinh, acosh Acosh, atanh Atanh, sigmoid Sigmoid, erf Erf, erfc Erfc, erfinv Erfinv,
    lgamma Lgamma, digamma Digamma);

macro_rules! binary {
    ($($name:ident $prim:ident),* $(,)?) => {
        impl Expr { $(#[doc = concat!("[`Prim::", stringify!($prim), "`] of this and `other`.")]
            #[must_use] pub fn $name(&self, other: &Expr) -> Expr { self.binary(Prim::$prim, other) })* }
    };
}
binary!(rem Rem, floor_div FloorDiv, modulo Mod, min Min, max Max, lt Lt, le Le, eq Eq, ne Ne, and And, or Or, xor Xor,
    shl Shl, shr Shr, pow Pow, atan2 Atan2, gcd Gcd);

macro_rules! operators {
    ($($trait:ident $name:ident $prim:ident),*) => { $(
        impl std::ops::$trait for &Expr { type Output = Expr; fn $name(self, other: &Expr) -> Expr { self.binary(Prim::$prim, other) } }
        impl std::ops::$trait for Expr { type Output = Expr; fn $name(self, other: Expr) -> Expr { self.binary(Prim::$prim, &other) } }
        impl std::ops::$trait<&Expr> for Expr { type Output = Expr; fn $name(self, other: &Expr) -> Expr { self.binary(Prim::$prim, other) } }
        impl std::ops::$trait<Expr> for &Expr { type Output = Expr; fn $name(self, other: Expr) -> Expr { self.binary(Prim::$prim, &other) } }
    )* };
}
operators!(Add add Add, Sub sub Sub, Mul mul Mul, Div div Div);

impl std::ops::Neg for Expr {
    type Output = Expr;
    fn neg(self) -> Expr {
        self.unary(Prim::Neg)
    }
}
