//! Kernels that core's `join` pass has given scalar programs. An epilogue overwrites the kernel's result where it lies, as
//! soon as it is there; a reduction makes the elements of its prologue a block at a time, so that they never reach memory.

use crate::backend::{evaluator, fresh, pool, view};
use crate::ops::structure::reduce::{made, takes_made};
use crate::{Cpu, Element, Input, KernelDef};
use smallvec::SmallVec;
use std::sync::Arc;
use talray_core::backend::{Inputs, OutputSpec, Results, Tensor};
use talray_core::expr::{Operand, Program};
use talray_core::passes::join::Joins;
use talray_core::{AttrsRef, DType, Error, Result};

use crate::families::number::Wide;
use crate::memory::Buffer;

/// A kernel with its programs.
pub(crate) struct Joined<'a> {
    pub(crate) cpu: &'a Cpu,
    /// The kernel, and whether it computes nothing.
    pub(crate) kernel: (&'static KernelDef, bool),
    pub(crate) attrs: AttrsRef<'a>,
    pub(crate) programs: &'a [Arc<Program>],
}

impl Joined<'_> {
    /// Runs the prologue, the kernel and the epilogue.
    pub(crate) fn run(&self, joins: Joins, mut inputs: Inputs<Buffer>, outputs: &[OutputSpec]) -> Result<Results<Buffer>> {
        let (own, epilogue) = match joins {
            Joins::Product(operands) => (operands, self.programs.first()),
            Joins::Reduction => (self.programs[0].inputs.len(), self.programs.get(1)),
        };
        let mut tail: Inputs<Buffer> = SmallVec::from_iter([None]);
        tail.extend(inputs.drain(own..));
        let dtype = epilogue.map_or(outputs[0].dtype, |program| program.inputs[0]);
        let spec = OutputSpec { dtype, layout: outputs[0].layout.clone() };
        let mut results = match joins {
            Joins::Product(_) => self.cpu.run_kernel(self.kernel, self.attrs, &[], inputs, &[spec])?,
            Joins::Reduction => self.reduced(inputs, spec)?,
        };
        let Some(epilogue) = epilogue else { return Ok(results) };
        tail[0] = results.pop();
        self.cpu.run_program(epilogue, tail, outputs)
    }

    fn reduced(&self, inputs: Inputs<Buffer>, spec: OutputSpec) -> Result<Results<Buffer>> {
        let prologue = &self.programs[0];
        if prologue.insts.is_empty() && prologue.outputs[0].0 == Operand::Input(0) && inputs.len() == 1 {
            return self.cpu.run_kernel(self.kernel, self.attrs, &[], inputs, &[spec]);
        }
        let shape = broadcast(&inputs)?;
        let dtype = prologue.outputs[0].1;
        if takes_made(self.kernel.0) && !self.cpu.is_plain() && !shape.contains(&0) {
            match dtype {
                DType::F32 => return self.made::<f32>(&inputs, &shape, &spec),
                DType::F64 => return self.made::<f64>(&inputs, &shape, &spec),
                _ => {}
            }
        }
        let elements = self.cpu.run_program(prologue, inputs, &[OutputSpec::new(dtype, &shape)])?;
        self.cpu.run_kernel(self.kernel, self.attrs, &[], elements.into_iter().map(Some).collect(), &[spec])
    }

    fn made<W: Wide + Element>(&self, inputs: &Inputs<Buffer>, shape: &[usize], spec: &OutputSpec) -> Result<Results<Buffer>> {
        let evaluator = evaluator(&self.programs[0], &[])?;
        let views: SmallVec<[Input<'_>; 4]> = inputs.iter().flatten().map(view).collect();
        let ready = evaluator.ready(shape, &views)?;
        let mut result = fresh(spec)?;
        let Some(bytes) = result.buffer.get_mut() else { return Err(Error::internal("a new buffer is shared")) };
        let out = bytemuck::try_cast_slice_mut(bytes).map_err(|e| Error::internal(format!("buffer: {e}")))?;
        if self.kernel.1 {
            return Ok(SmallVec::from_iter([result]));
        }
        let make = |range, out: &mut [W]| ready.fill(range, bytemuck::cast_slice_mut(out));
        made::<W>(self.kernel.0, self.attrs, shape, &make, out, &pool())?;
        Ok(SmallVec::from_iter([result]))
    }
}

/// The shape that all inputs broadcast to.
fn broadcast(inputs: &Inputs<Buffer>) -> Result<SmallVec<[usize; 4]>> {
    let rank = inputs.iter().flatten().map(|t| t.shape().len()).max().unwrap_or(0);
    let mut shape: SmallVec<[usize; 4]> = SmallVec::from_elem(1, rank);
    for t in inputs.iter().flatten() {
        let lead = rank - t.shape().len();
        for (to, n) in shape[lead..].iter_mut().zip(t.shape()) {
            if *to == 1 {
                *to = *n;
            } else if *n != 1 && n != to {
                return Err(Error::shape(format!("shapes {:?} do not broadcast", shapes(inputs))));
            }
        }
    }
    Ok(shape)
}

fn shapes(inputs: &Inputs<Buffer>) -> Vec<&[usize]> {
    inputs.iter().flatten().map(Tensor::shape).collect()
}
