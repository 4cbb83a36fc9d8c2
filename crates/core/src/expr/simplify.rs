//! Rewrites that keep every result, NaN and −0 included: constant folding of exactly rounded
//! primitives and identities that hold bit for bit.

use super::eval::{self, Scalar};
use super::{Const, Expr, ExprKind, ExprNode, Prim};
use crate::DType;
use smallvec::SmallVec;
use std::collections::HashMap;
use std::sync::Arc;

/// The same function, often with fewer nodes.
pub fn simplify(e: &Expr) -> Expr {
    visit(e, &mut HashMap::new())
}

/// The expression with divisions by constants as products with their reciprocals: quicker, and off by a rounding where
/// the constant is no power of two.
pub fn reciprocals(e: &Expr) -> Expr {
    match &e.0.kind {
        ExprKind::Prim(prim, args) => {
            let args: SmallVec<[Expr; 3]> = args.iter().map(reciprocals).collect();
            if let (Prim::Div, true, Some(r)) = (prim, e.dtype().is_float(), args.get(1).and_then(reciprocal)) {
                return &args[0] * &r;
            }
            Expr(Arc::new(ExprNode { kind: ExprKind::Prim(*prim, args), dtype: e.dtype() }))
        }
        _ => e.clone(),
    }
}

/// 1 / `e` of a float constant, where it is finite and not 0.
fn reciprocal(e: &Expr) -> Option<Expr> {
    let Some(Const::Float(x)) = constant(e) else { return None };
    let rounded = Scalar::new(1.0 / Scalar::new(x, e.dtype()).f64(), e.dtype()).f64();
    (rounded.is_finite() && rounded != 0.0).then(|| Expr::constant(rounded, e.dtype()))
}

/// Is it ±2ⁿ with a reciprocal that its dtype holds?
fn is_power_of_two(e: &Expr) -> bool {
    let Some(Const::Float(x)) = constant(e) else { return false };
    let x = Scalar::new(x, e.dtype()).f64();
    let mantissa = x.to_bits() & ((1 << 52) - 1);
    x.is_normal() && mantissa == 0 && reciprocal(e).and_then(|r| constant(&r)) == Some(Const::Float(1.0 / x))
}

fn visit(e: &Expr, seen: &mut HashMap<*const ExprNode, Expr>) -> Expr {
    let key = Arc::as_ptr(&e.0);
    if let Some(done) = seen.get(&key) {
        return done.clone();
    }
    let done = match &e.0.kind {
        ExprKind::Input(_) | ExprKind::Const(_) => e.clone(),
        ExprKind::Prim(prim, args) => {
            let args: SmallVec<[Expr; 3]> = args.iter().map(|a| visit(a, seen)).collect();
            fold(*prim, e.dtype(), &args)
                .or_else(|| identity(*prim, e.dtype(), &args))
                .unwrap_or_else(|| Expr(Arc::new(ExprNode { kind: ExprKind::Prim(*prim, args), dtype: e.dtype() })))
        }
    };
    seen.insert(key, done.clone());
    done
}

/// A primitive of constants as a constant.
fn fold(prim: Prim, dtype: DType, args: &[Expr]) -> Option<Expr> {
    if !prim.is_exact() {
        return None;
    }
    let values: Option<SmallVec<[(Scalar, DType); 3]>> =
        args.iter().map(|a| Some((Scalar::of(constant(a)?, a.dtype()), a.dtype()))).collect();
    let value = match eval::apply(prim, dtype, &values?) {
        Scalar::Float(x) => Const::Float(x),
        Scalar::Int(x) => Const::Int(x as i64),
    };
    Some(Expr(Arc::new(ExprNode { kind: ExprKind::Const(value), dtype })))
}

fn identity(prim: Prim, dtype: DType, args: &[Expr]) -> Option<Expr> {
    let (a, b) = (args.first()?, args.get(1));
    let number = dtype != DType::Bool;
    match (prim, b) {
        (Prim::Mul, Some(b)) if number && is(b, 1.0) => Some(a.clone()),
        (Prim::Mul, Some(b)) if number && is(a, 1.0) => Some(b.clone()),
        (Prim::Mul, Some(b)) => Some(negated(a)? * negated(b)?),
        (Prim::Div, Some(b)) if is(b, 1.0) => Some(a.clone()),
        // The quotient and the product round the same number.
        (Prim::Div, Some(b)) if dtype.is_float() => Some(a * &reciprocal(b).filter(|_| is_power_of_two(b))?),
        // x + 0 is not x for −0; x + (−0) and x − 0 are.
        (Prim::Add, Some(b)) if number && is(b, -0.0) => Some(a.clone()),
        (Prim::Add, Some(b)) if number && is(a, -0.0) => Some(b.clone()),
        (Prim::Add, Some(b)) if number => match (negated(a), negated(b)) {
            (_, Some(b)) => Some(a - b),
            (Some(a), None) => Some(b - a),
            (None, None) => None,
        },
        (Prim::Sub, Some(b)) if is(b, 0.0) => Some(a.clone()),
        (Prim::Sub, Some(b)) => Some(a + negated(b)?),
        (Prim::And, Some(b)) if !number => match (truth(a), truth(b)) {
            (Some(true), _) | (_, Some(false)) => Some(b.clone()),
            (_, Some(true)) | (Some(false), _) => Some(a.clone()),
            _ => None,
        },
        (Prim::Or, Some(b)) if !number => match (truth(a), truth(b)) {
            (Some(false), _) | (_, Some(true)) => Some(b.clone()),
            (_, Some(false)) | (Some(true), _) => Some(a.clone()),
            _ => None,
        },
        (Prim::Select, Some(b)) => select(a, b, args.get(2)?),
        (Prim::Neg | Prim::Not, None) => match &a.0.kind {
            ExprKind::Prim(inner, x) if *inner == prim => Some(x[0].clone()),
            _ => None,
        },
        (Prim::Cast | Prim::Bitcast, None) => recast(prim, dtype, a),
        _ => None,
    }
}

fn select(c: &Expr, a: &Expr, b: &Expr) -> Option<Expr> {
    if let Some(t) = truth(c) {
        return Some(if t { a.clone() } else { b.clone() });
    }
    if same(a, b) {
        return Some(a.clone());
    }
    match &c.0.kind {
        ExprKind::Prim(Prim::Not, inner) => Some(inner[0].select(b, a)),
        _ => None,
    }
}

/// A conversion that does nothing, or undoes one that lost nothing.
fn recast(prim: Prim, dtype: DType, a: &Expr) -> Option<Expr> {
    if a.dtype() == dtype {
        return Some(a.clone());
    }
    match &a.0.kind {
        ExprKind::Prim(inner, x) if *inner == prim && x[0].dtype() == dtype => {
            (prim == Prim::Bitcast || holds(a.dtype(), dtype)).then(|| x[0].clone())
        }
        _ => None,
    }
}

/// Can `wide` hold every value of `narrow`?
fn holds(wide: DType, narrow: DType) -> bool {
    match (wide, narrow) {
        (DType::F64, DType::F32 | DType::F16 | DType::BF16) | (DType::F32, DType::F16 | DType::BF16) => true,
        (_, DType::Bool) => true,
        _ => wide.is_int() && narrow.is_int() && wide.size() > narrow.size() && (wide.is_signed() || !narrow.is_signed()),
    }
}

fn constant(e: &Expr) -> Option<Const> {
    match e.0.kind {
        ExprKind::Const(c) => Some(c),
        _ => None,
    }
}

/// Is it this constant, to the bit? Of integers, +0 and −0 are the same.
fn is(e: &Expr, x: f64) -> bool {
    match constant(e) {
        Some(Const::Float(c)) => c.to_bits() == x.to_bits(),
        Some(Const::Int(c)) => c as f64 == x,
        None => false,
    }
}

fn truth(e: &Expr) -> Option<bool> {
    match constant(e) {
        Some(Const::Int(c)) if e.dtype() == DType::Bool => Some(c != 0),
        _ => None,
    }
}

/// `x` of `-x`.
fn negated(e: &Expr) -> Option<Expr> {
    match &e.0.kind {
        ExprKind::Prim(Prim::Neg, x) if e.dtype().is_float() => Some(x[0].clone()),
        _ => None,
    }
}

fn same(a: &Expr, b: &Expr) -> bool {
    Arc::ptr_eq(&a.0, &b.0)
        || match (constant(a), constant(b)) {
            (Some(Const::Float(x)), Some(Const::Float(y))) => x.to_bits() == y.to_bits(),
            (Some(Const::Int(x)), Some(Const::Int(y))) => x == y,
            _ => false,
        }
}
