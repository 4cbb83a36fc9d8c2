//! The compiled form of expressions: instructions in order, each used value computed once.

use super::{Const, Expr, ExprKind, Prim};
use crate::DType;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::collections::HashMap;
use std::sync::Arc;

/// Where an instruction's argument or an output comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Operand {
    /// Input `n`.
    Input(u16),
    /// Constant `n`.
    Const(u16),
    /// Result of instruction `n`.
    Inst(u16),
}

/// One primitive.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Inst {
    /// Which.
    pub prim: Prim,
    /// Dtype of the result.
    pub dtype: DType,
    /// Arguments.
    pub args: SmallVec<[Operand; 3]>,
}

/// Straight-line code over one element of each input, giving one element of each output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Program {
    /// Dtypes of the inputs.
    pub inputs: Vec<DType>,
    /// Constants with their dtypes.
    pub consts: Vec<(Const, DType)>,
    /// Instructions; arguments refer to earlier ones only.
    pub insts: Vec<Inst>,
    /// Outputs with their dtypes.
    pub outputs: Vec<(Operand, DType)>,
}

impl Program {
    /// Compiles `outputs` over inputs of these dtypes. Equal subexpressions are computed once.
    pub fn compile(inputs: &[DType], outputs: &[Expr]) -> Program {
        let mut compiler = Compiler {
            program: Program { inputs: inputs.to_vec(), consts: Vec::new(), insts: Vec::new(), outputs: Vec::new() },
            seen: HashMap::new(),
            insts: HashMap::new(),
        };
        for e in outputs {
            let operand = compiler.visit(e);
            compiler.program.outputs.push((operand, e.dtype()));
        }
        compiler.program
    }

    /// Dtype of an operand.
    pub fn dtype(&self, operand: Operand) -> DType {
        match operand {
            Operand::Input(n) => self.inputs[n as usize],
            Operand::Const(n) => self.consts[n as usize].1,
            Operand::Inst(n) => self.insts[n as usize].dtype,
        }
    }
}

struct Compiler {
    program: Program,
    seen: HashMap<*const super::ExprNode, (Operand, Arc<super::ExprNode>)>,
    insts: HashMap<Inst, u16>,
}

impl Compiler {
    fn visit(&mut self, e: &Expr) -> Operand {
        let key = Arc::as_ptr(&e.0);
        if let Some((operand, _)) = self.seen.get(&key) {
            return *operand;
        }
        let operand = match &e.0.kind {
            ExprKind::Input(n) => Operand::Input(*n),
            ExprKind::Const(c) => self.constant(*c, e.dtype()),
            ExprKind::Prim(prim, args) => {
                let args = args.iter().map(|a| self.visit(a)).collect();
                let inst = Inst { prim: *prim, dtype: e.dtype(), args };
                let n = match self.insts.get(&inst) {
                    Some(n) => *n,
                    None => {
                        let n = self.program.insts.len() as u16;
                        self.insts.insert(inst.clone(), n);
                        self.program.insts.push(inst);
                        n
                    }
                };
                Operand::Inst(n)
            }
        };
        self.seen.insert(key, (operand, e.0.clone()));
        operand
    }

    fn constant(&mut self, c: Const, dtype: DType) -> Operand {
        let same = |(d, t): &(Const, DType)| {
            *t == dtype
                && match (d, c) {
                    (Const::Float(a), Const::Float(b)) => a.to_bits() == b.to_bits(),
                    (Const::Int(a), Const::Int(b)) => *a == b,
                    _ => false,
                }
        };
        let consts = &mut self.program.consts;
        let n = consts.iter().position(same).unwrap_or_else(|| {
            consts.push((c, dtype));
            consts.len() - 1
        });
        Operand::Const(n as u16)
    }
}
