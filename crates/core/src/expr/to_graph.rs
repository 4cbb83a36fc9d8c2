//! Between expressions and ops: an expression as ordinary op nodes, an op as a program.

use super::{Const, ElementCx, Expr, Operand, Prim, Program};
use crate::graph::encode;
use crate::{AttrsRef, Builder, DType, Error, Literal, Lower, Result, Value};
use smallvec::{SmallVec, smallvec};

/// Appends one op node per primitive of `exprs` over `inputs` (input `n` of the expressions is
/// `inputs[n]`) and gives a value per expression. Equal subexpressions become one node. A result
/// that uses no input is a scalar constant.
///
/// # Errors
/// `INTERNAL` when a dtype differs from that of the expression; `SHAPE` when inputs do not broadcast.
pub fn to_graph(builder: &mut Builder<'_>, exprs: &[Expr], inputs: &[Value]) -> Result<Vec<Value>> {
    let dtypes: SmallVec<[DType; 4]> = inputs.iter().map(|v| builder.dtype(*v)).collect();
    let program = Program::compile(&dtypes, exprs);
    let consts: Vec<Value> = program.consts.iter().map(|(c, d)| builder.graph.constant(literal(*c, *d))).collect();
    let mut results: Vec<Value> = Vec::with_capacity(program.insts.len());
    let at = |operand: Operand, results: &[Value]| match operand {
        Operand::Input(n) => inputs.get(n as usize).copied(),
        Operand::Const(n) => Some(consts[n as usize]),
        Operand::Inst(n) => Some(results[n as usize]),
    };
    let missing = || Error::internal(format!("an expression uses more than the {} inputs given", inputs.len()));
    for inst in &program.insts {
        let args: SmallVec<[Value; 3]> = inst.args.iter().map(|a| at(*a, &results).ok_or_else(missing)).collect::<Result<_>>()?;
        let to = match inst.prim {
            Prim::Cast | Prim::Bitcast => Some(inst.dtype),
            _ => None,
        };
        let attrs: SmallVec<[(&str, _); 1]> = to.iter().map(|d| ("dtype", (*d).into())).collect();
        let v = builder.op(inst.prim.op(program.dtype(inst.args[inst.args.len() - 1])), &args, &attrs)?;
        if builder.dtype(v) != inst.dtype {
            return Err(Error::internal(format!("{:?} gave {} in place of {}", inst.prim, builder.dtype(v), inst.dtype)));
        }
        results.push(v);
    }
    program.outputs.iter().map(|(o, _)| at(*o, &results).ok_or_else(missing)).collect()
}

/// The program of an elementwise op on inputs of these dtypes (already promoted).
///
/// # Errors
/// `INTERNAL` when the op is not elementwise; what its body refuses.
pub fn op_program(attrs: AttrsRef<'_>, dtypes: &[DType]) -> Result<Program> {
    Ok(Program::compile(dtypes, &op_exprs(attrs, dtypes)?))
}

/// The expressions of an elementwise op, one per output, over inputs of these dtypes.
///
/// # Errors
/// As [`op_program`].
pub fn op_exprs(attrs: AttrsRef<'_>, dtypes: &[DType]) -> Result<Vec<Expr>> {
    let inputs: SmallVec<[Expr; 4]> = dtypes.iter().enumerate().map(|(i, d)| Expr::input(i as u16, *d)).collect();
    op_body(attrs, &inputs)
}

/// The expressions of an elementwise op, one per output, over `inputs` (already promoted).
///
/// # Errors
/// As [`op_program`].
pub fn op_body(attrs: AttrsRef<'_>, inputs: &[Expr]) -> Result<Vec<Expr>> {
    let Lower::Elementwise(body) = attrs.op.lower else {
        return Err(Error::internal("it has no expression").in_op(attrs.op.name));
    };
    body(&ElementCx { inputs, attrs }).map_err(|e| e.in_op(attrs.op.name))
}

/// A constant of an expression as a scalar tensor.
fn literal(c: Const, dtype: DType) -> Literal {
    let bytes = match c {
        Const::Float(x) => encode(&[x], dtype),
        Const::Int(x) => match dtype {
            DType::F32 | DType::F64 | DType::F16 | DType::BF16 => encode(&[x as f64], dtype),
            DType::Bool => vec![(x != 0) as u8],
            _ => x.to_le_bytes()[..dtype.size()].to_vec(),
        },
    };
    Literal { dtype, shape: smallvec![], bytes: bytes.into() }
}
