//! Readable text of expressions and programs, as `explain()` prints them.

use super::{Const, Expr, ExprKind, Operand, Prim, Program};
use crate::DType;
use std::fmt;

/// The infix sign of a primitive, for those that have one.
fn sign(prim: Prim) -> Option<&'static str> {
    Some(match prim {
        Prim::Add => "+",
        Prim::Sub => "-",
        Prim::Mul => "*",
        Prim::Div => "/",
        Prim::Rem => "rem",
        Prim::FloorDiv => "//",
        Prim::Mod => "%",
        Prim::Lt => "<",
        Prim::Le => "<=",
        Prim::Eq => "==",
        Prim::Ne => "!=",
        Prim::And => "&",
        Prim::Or => "|",
        Prim::Xor => "^",
        Prim::Shl => "<<",
        Prim::Shr => ">>",
        _ => return None,
    })
}

fn write_prim<T: fmt::Display>(f: &mut fmt::Formatter<'_>, prim: Prim, dtype: DType, args: &[T]) -> fmt::Result {
    match (prim, args) {
        (Prim::Select, [c, a, b]) => write!(f, "({c} ? {a} : {b})"),
        (Prim::Neg, [x]) => write!(f, "-{x}"),
        (Prim::Not, [x]) => write!(f, "~{x}"),
        (Prim::Cast, [x]) => write!(f, "{dtype}({x})"),
        (Prim::Bitcast, [x]) => write!(f, "bits<{dtype}>({x})"),
        (_, [a, b]) => match sign(prim) {
            Some(s) => write!(f, "({a} {s} {b})"),
            None => write!(f, "{}({a}, {b})", prim.op(dtype)),
        },
        (_, args) => {
            write!(f, "{}(", prim.op(dtype))?;
            for (i, a) in args.iter().enumerate() {
                write!(f, "{}{a}", if i > 0 { ", " } else { "" })?;
            }
            f.write_str(")")
        }
    }
}

fn write_const(f: &mut fmt::Formatter<'_>, c: Const, dtype: DType) -> fmt::Result {
    match c {
        Const::Float(x) => write!(f, "{x}"),
        Const::Int(x) if dtype == DType::Bool => write!(f, "{}", x != 0),
        Const::Int(x) if dtype == DType::U64 => write!(f, "{}", x as u64),
        Const::Int(x) => write!(f, "{x}"),
    }
}

/// As one formula; shared parts are written at each use (a [`Program`] writes them once).
impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            ExprKind::Input(n) => write!(f, "x{n}"),
            ExprKind::Const(c) => write_const(f, *c, self.dtype()),
            ExprKind::Prim(prim, args) => write_prim(f, *prim, self.dtype(), args),
        }
    }
}

struct Named<'a>(&'a Program, Operand);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            Operand::Input(n) => write!(f, "x{n}"),
            Operand::Const(n) => {
                let (c, d) = self.0.consts[n as usize];
                write_const(f, c, d)
            }
            Operand::Inst(n) => write!(f, "t{n}"),
        }
    }
}

/// One line per instruction, then the outputs.
impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, inst) in self.insts.iter().enumerate() {
            let args: Vec<_> = inst.args.iter().map(|a| Named(self, *a)).collect();
            write!(f, "t{i}: {} = ", inst.dtype)?;
            write_prim(f, inst.prim, inst.dtype, &args)?;
            f.write_str("\n")?;
        }
        f.write_str("return ")?;
        for (i, (o, _)) in self.outputs.iter().enumerate() {
            write!(f, "{}{}", if i > 0 { ", " } else { "" }, Named(self, *o))?;
        }
        Ok(())
    }
}
