//! An update rule over rows: one or more elementwise programs, with sums over a row in between.

use super::{RowLayout, SlotWidth};
use crate::expr::{Operand, Program};
use crate::{DType, Error, Result};
use std::sync::Arc;

/// What an input of a stage's program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowSource {
    /// The vector, as it was before the update.
    Param,
    /// The gradient, duplicates summed.
    Grad,
    /// Slot `n` as it was before the update. A `row` slot is the same for all elements of the row.
    Slot(usize),
    /// Run-time scalar `n`.
    Scalar(usize),
    /// Row sum `n` of an earlier stage.
    RowSum(usize),
}

/// Where an output of a stage's program goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowSink {
    /// The new vector.
    Param,
    /// The new slot `n`. What is stored in a `row` slot must not vary along the row.
    Slot(usize),
    /// Row sum `n`: added up over the row's elements, for later stages.
    RowSum(usize),
}

/// One pass over the elements of a row.
#[derive(Clone, Debug)]
pub struct RowStage {
    /// The formula.
    pub program: Arc<Program>,
    /// One for each input of the program.
    pub inputs: Vec<RowSource>,
    /// One for each output of the program.
    pub outputs: Vec<RowSink>,
}

/// A whole rule. A purely elementwise rule has one stage. A rule with sums over a row has a stage
/// that gives the summands to [`RowSink::RowSum`] and one that reads them as [`RowSource::RowSum`]:
/// row-wise Adagrad is `[g² → sum 0]`, `[accumulator + sum 0 / width, …]`; LAMB recomputes its step
/// in the second stage. All stages see the row as it was; everything is written at the end.
#[derive(Clone, Debug)]
pub struct RowRule {
    stages: Vec<RowStage>,
    sums: usize,
    scalars: usize,
}

impl RowRule {
    /// A rule of one elementwise program whose inputs are `param, grad`, then all slots in order of
    /// the layout (scalar slots left out), then run-time scalars; and whose outputs are the new
    /// `param`, then these slots.
    ///
    /// # Errors
    /// As [`RowRule::new`].
    pub fn elementwise(program: Arc<Program>, layout: &RowLayout) -> Result<RowRule> {
        let stored: Vec<usize> = (0..layout.slots().len()).filter(|i| layout.slots()[*i].width != SlotWidth::Scalar).collect();
        let mut inputs = vec![RowSource::Param, RowSource::Grad];
        inputs.extend(stored.iter().map(|i| RowSource::Slot(*i)));
        inputs.extend((0..program.inputs.len().saturating_sub(inputs.len())).map(RowSource::Scalar));
        let mut outputs = vec![RowSink::Param];
        outputs.extend(stored.iter().map(|i| RowSink::Slot(*i)));
        RowRule::new(vec![RowStage { program, inputs, outputs }], layout)
    }

    /// A rule of these stages.
    ///
    /// # Errors
    /// `OPTION` when a stage does not fit its program or the layout, reads a sum that no earlier
    /// stage gives, writes something twice, or writes to a `row` slot what varies along the row;
    /// `DTYPE` when inputs and outputs are not all of one float type.
    pub fn new(stages: Vec<RowStage>, layout: &RowLayout) -> Result<RowRule> {
        let mut rule = RowRule { stages: Vec::new(), sums: 0, scalars: 0 };
        let mut written = Vec::new();
        for (n, stage) in stages.into_iter().enumerate() {
            rule.check(&stage, layout, &mut written).map_err(|e| Error::new(e.code, format!("stage {n} of a row rule: {e}")))?;
            rule.stages.push(stage);
        }
        Ok(rule)
    }

    /// The stages.
    pub fn stages(&self) -> &[RowStage] {
        &self.stages
    }

    /// Number of row sums.
    pub fn sums(&self) -> usize {
        self.sums
    }

    /// Number of run-time scalars.
    pub fn scalars(&self) -> usize {
        self.scalars
    }

    fn check(&mut self, stage: &RowStage, layout: &RowLayout, written: &mut Vec<RowSink>) -> Result<()> {
        let program = &stage.program;
        if stage.inputs.len() != program.inputs.len() || stage.outputs.len() != program.outputs.len() {
            return Err(Error::option(format!(
                "its program has {} inputs and {} outputs; received {} and {}",
                program.inputs.len(),
                program.outputs.len(),
                stage.inputs.len(),
                stage.outputs.len()
            )));
        }
        let dtypes = program.inputs.iter().chain(program.outputs.iter().map(|(_, d)| d));
        let first = program.inputs.first().copied().unwrap_or(DType::F32);
        if let Some(d) = dtypes.copied().find(|d| *d != first || !d.is_float()) {
            return Err(Error::dtype(format!("all inputs and outputs must have one float type; received {first} and {d}")));
        }
        let slot = |i: usize| match layout.slots().get(i) {
            Some(s) if s.width != SlotWidth::Scalar => Ok(s.width),
            _ => Err(Error::option(format!("slot {i} is not one that rows hold"))),
        };
        for input in &stage.inputs {
            match *input {
                RowSource::Slot(i) => {
                    slot(i)?;
                }
                RowSource::Scalar(i) => self.scalars = self.scalars.max(i + 1),
                RowSource::RowSum(i) if !written.contains(&RowSink::RowSum(i)) => {
                    return Err(Error::option(format!("row sum {i} is read before a stage gives it")));
                }
                RowSource::Param | RowSource::Grad | RowSource::RowSum(_) => {}
            }
        }
        let varies = varying(stage, layout);
        for (sink, (operand, _)) in stage.outputs.iter().zip(&program.outputs) {
            if written.contains(sink) {
                return Err(Error::option(format!("{sink:?} is written twice")));
            }
            written.push(*sink);
            match *sink {
                RowSink::Slot(i) if slot(i)? == SlotWidth::Row && varies(*operand) => {
                    let name = &layout.slots()[i].name;
                    return Err(Error::option(format!(
                        "slot {name:?} holds one number a row, but its new value varies along the row; sum it first"
                    )));
                }
                RowSink::RowSum(i) => self.sums = self.sums.max(i + 1),
                RowSink::Param | RowSink::Slot(_) => {}
            }
        }
        Ok(())
    }
}

/// Which operands of a stage's program may differ between elements of one row.
fn varying(stage: &RowStage, layout: &RowLayout) -> impl Fn(Operand) -> bool {
    let inputs: Vec<bool> = stage
        .inputs
        .iter()
        .map(|s| match *s {
            RowSource::Param | RowSource::Grad => true,
            RowSource::Slot(i) => layout.slots().get(i).is_some_and(|s| s.width == SlotWidth::Param),
            RowSource::Scalar(_) | RowSource::RowSum(_) => false,
        })
        .collect();
    let mut insts: Vec<bool> = Vec::with_capacity(stage.program.insts.len());
    for inst in &stage.program.insts {
        let varies = inst.args.iter().any(|a| match *a {
            Operand::Input(n) => inputs[n as usize],
            Operand::Const(_) => false,
            Operand::Inst(n) => insts[n as usize],
        });
        insts.push(varies);
    }
    move |operand| match operand {
        Operand::Input(n) => inputs[n as usize],
        Operand::Const(_) => false,
        Operand::Inst(n) => insts[n as usize],
    }
}
