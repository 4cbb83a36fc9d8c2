//! From a program to a chain of steps: picks loops, and gives every value a slot for as long as it is needed.

use smallvec::SmallVec;
use talray_core::expr::{Const, Operand, Prim, Program};
use talray_core::{DType, Error, Result};

use super::fuse::{self, Loop};
use crate::simd::machine::Chain;
use crate::simd::{Level, level, steps};

/// The chain of `program`; `over[i]` is the output that lies over input `i`.
pub(super) fn chain(program: &Program, over: &[Option<usize>]) -> Result<Chain> {
    let mut planner = Planner::new(program, over);
    planner.begin()?;
    for k in 0..program.insts.len() {
        planner.instruction(k)?;
    }
    planner.end()?;
    Ok(planner.finish())
}

struct Planner<'a> {
    program: &'a Program,
    over: &'a [Option<usize>],
    level: Level,
    loops: Vec<Loop>,
    /// Slot of each input's and each instruction's value, once it has one.
    inputs: Vec<u16>,
    insts: Vec<u16>,
    /// Index of the last instruction that reads each, or `END`; `None` where nothing does.
    input_reads: Vec<Option<usize>>,
    inst_reads: Vec<Option<usize>>,
    /// Outputs that are copied at the end.
    late: Vec<usize>,
    first_temporary: u16,
    temporaries: u16,
    free: Vec<u16>,
}

const END: usize = usize::MAX;

impl<'a> Planner<'a> {
    fn new(program: &'a Program, over: &'a [Option<usize>]) -> Self {
        let mut planner = Self {
            program,
            over,
            level: level(),
            loops: Vec::new(),
            inputs: (0..program.inputs.len() as u16).collect(),
            insts: vec![0; program.insts.len()],
            input_reads: vec![None; program.inputs.len()],
            inst_reads: vec![None; program.insts.len()],
            late: Vec::new(),
            first_temporary: (program.inputs.len() + program.outputs.len() + program.consts.len()) as u16,
            temporaries: 0,
            free: Vec::new(),
        };
        for (k, inst) in program.insts.iter().enumerate() {
            for arg in &inst.args {
                planner.read_at(*arg, k);
            }
        }
        planner
    }

    fn read_at(&mut self, operand: Operand, when: usize) {
        match operand {
            Operand::Input(n) => self.input_reads[usize::from(n)] = self.input_reads[usize::from(n)].max(Some(when)),
            Operand::Inst(n) => self.inst_reads[usize::from(n)] = self.inst_reads[usize::from(n)].max(Some(when)),
            Operand::Const(_) => {}
        }
    }

    /// Decides which outputs are copied at the end, and brings inputs into the form that steps read.
    fn begin(&mut self) -> Result<()> {
        for o in 0..self.program.outputs.len() {
            let (operand, dtype) = self.program.outputs[o];
            let first = self.program.outputs[..o].iter().all(|(other, _)| *other != operand);
            let in_time = match operand {
                Operand::Inst(k) => first && steps::narrow(dtype).is_none() && self.free_to_write(o, usize::from(k)),
                _ => false,
            };
            if !in_time {
                self.late.push(o);
                self.read_at(operand, END);
            }
        }
        for i in 0..self.program.inputs.len() {
            let dtype = self.program.inputs[i];
            let kept = self.over[i].is_some() && self.input_reads[i] == Some(END);
            let slot = i as u16;
            if let Some(widen) = steps::widen(dtype) {
                self.inputs[i] = self.temporary();
                self.link(widen, &[slot], self.inputs[i]);
            } else if kept {
                // An output that lies over it may be written before the input is copied.
                self.inputs[i] = self.temporary();
                self.link(self.copy(dtype)?, &[slot], self.inputs[i]);
            }
        }
        Ok(())
    }

    /// Whether instruction `k` may write output `o`: no later instruction needs the input under it.
    fn free_to_write(&self, o: usize, k: usize) -> bool {
        let Some(i) = self.over.iter().position(|over| *over == Some(o)) else { return true };
        // Inputs read at the end, and halves, are copied before anything is written.
        let copied = steps::widen(self.program.inputs[i]).is_some()
            || self.program.outputs.iter().any(|(operand, _)| *operand == Operand::Input(i as u16));
        copied || self.input_reads[i].is_none_or(|last| last <= k)
    }

    fn instruction(&mut self, k: usize) -> Result<()> {
        let inst = &self.program.insts[k];
        let dtypes: SmallVec<[DType; 3]> = inst.args.iter().map(|arg| self.program.dtype(*arg)).collect();
        let step = steps::step(inst.prim, inst.dtype, &dtypes, self.level).ok_or_else(|| {
            let args: Vec<&str> = dtypes.iter().map(|dtype| dtype.name()).collect();
            Error::unsupported(format!("{:?} of {} giving {} is not defined", inst.prim, args.join(", "), inst.dtype))
        })?;
        let src: SmallVec<[u16; 3]> = inst.args.iter().map(|arg| self.slot(*arg)).collect();
        let written = (0..self.program.outputs.len())
            .find(|o| !self.late.contains(o) && self.program.outputs[*o].0 == Operand::Inst(k as u16));
        let dst = match written {
            Some(o) => (self.program.inputs.len() + o) as u16,
            None => self.temporary(),
        };
        self.insts[k] = dst;
        self.link(step, &src, dst);
        if let Some(last) = self.loops.last_mut() {
            last.arithmetic = Some((inst.prim, inst.dtype)).filter(|_| matches!(inst.dtype, DType::F32 | DType::F64));
            last.arguments = src.len();
        }
        let exact = matches!(
            inst.prim,
            Prim::Cast
                | Prim::Bitcast
                | Prim::Select
                | Prim::Neg
                | Prim::Abs
                | Prim::Min
                | Prim::Max
                | Prim::Floor
                | Prim::Ceil
                | Prim::Trunc
                | Prim::Round
        );
        if let Some(round) = steps::round(inst.dtype, self.level).filter(|_| !exact) {
            self.link(round, &[dst], dst);
        }
        for arg in &inst.args {
            let last = match arg {
                Operand::Input(n) => self.input_reads[usize::from(*n)],
                Operand::Inst(n) => self.inst_reads[usize::from(*n)],
                Operand::Const(_) => None,
            };
            if last == Some(k) {
                self.release(self.slot(*arg));
            }
        }
        if self.inst_reads[k].is_none() {
            self.release(dst);
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        for o in std::mem::take(&mut self.late) {
            let (operand, dtype) = self.program.outputs[o];
            let step = match steps::narrow(dtype) {
                Some(narrow) => narrow,
                None => self.copy(dtype)?,
            };
            self.link(step, &[self.slot(operand)], (self.program.inputs.len() + o) as u16);
        }
        Ok(())
    }

    fn finish(self) -> Chain {
        let held = |dtype: DType| if steps::widen(dtype).is_some() { 4 } else { dtype.size() };
        let all = self.program.inputs.iter().chain(self.program.insts.iter().map(|inst| &inst.dtype));
        let all =
            all.chain(self.program.consts.iter().map(|(_, dtype)| dtype)).chain(self.program.outputs.iter().map(|(_, d)| d));
        Chain {
            links: fuse::links(&self.loops, self.first_temporary, self.level),
            inputs: self.program.inputs.iter().map(|dtype| dtype.size()).collect(),
            outputs: self.program.outputs.iter().map(|(_, dtype)| dtype.size()).collect(),
            constants: self.program.consts.iter().map(|(value, dtype)| (pattern(*value, *dtype), held(*dtype))).collect(),
            temporaries: usize::from(self.temporaries),
            widest: all.map(|dtype| held(*dtype)).max().unwrap_or(4),
        }
    }

    fn slot(&self, operand: Operand) -> u16 {
        match operand {
            Operand::Input(n) => self.inputs[usize::from(n)],
            Operand::Inst(n) => self.insts[usize::from(n)],
            Operand::Const(n) => (self.program.inputs.len() + self.program.outputs.len()) as u16 + n,
        }
    }

    fn link(&mut self, step: steps::Step, src: &[u16], dst: u16) {
        let arg = |i: usize| src.get(i).copied().unwrap_or(src[0]);
        self.loops.push(Loop { step, src: [arg(0), arg(1), arg(2)], arguments: src.len(), dst, arithmetic: None });
    }

    /// The loop that copies values as blocks hold them.
    fn copy(&self, dtype: DType) -> Result<steps::Step> {
        steps::step(Prim::Bitcast, dtype, &[dtype], self.level).ok_or_else(|| Error::internal("a dtype cannot be copied"))
    }

    fn temporary(&mut self) -> u16 {
        if let Some(slot) = self.free.pop() {
            return slot;
        }
        self.temporaries += 1;
        self.first_temporary + self.temporaries - 1
    }

    fn release(&mut self, slot: u16) {
        if slot >= self.first_temporary && !self.free.contains(&slot) {
            self.free.push(slot);
        }
    }
}

/// The bits of a constant as blocks hold it, rounded or truncated to its dtype.
fn pattern(value: Const, dtype: DType) -> u64 {
    let float = match value {
        Const::Float(x) => x,
        Const::Int(i) => i as f64,
    };
    let int = match value {
        Const::Float(x) => x as i64,
        Const::Int(i) => i,
    };
    match dtype {
        DType::F32 => u64::from((float as f32).to_bits()),
        DType::F64 => float.to_bits(),
        DType::F16 => u64::from(half::f16::from_f64(float).to_f32().to_bits()),
        DType::BF16 => u64::from(half::bf16::from_f64(float).to_f32().to_bits()),
        DType::Bool => u64::from(int != 0 || (float != 0.0)),
        _ => int.cast_unsigned(),
    }
}
