//! Kernels that core's `join` pass has given scalar programs. An epilogue overwrites the kernel's result where it lies, as
//! soon as it is there; a reduction makes the elements of its prologue a block at a time, so that they never reach memory.

use crate::backend::{evaluator, fresh, pool, view};
use crate::ops::structure::reduce::{made, takes_made};
use crate::{Cpu, Element, Input, KernelDef};
use smallvec::SmallVec;
use std::sync::Arc;
use talray_core::backend::{Given, Inputs, OutputSpec, Results, Tensor, present};
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
    pub(crate) fn run(
        &self,
        joins: Joins,
        mut inputs: Inputs<'_, Buffer>,
        outputs: &[OutputSpec],
        results: Results<'_, Buffer>,
    ) -> Result<()> {
        let (own, epilogue) = match joins {
            Joins::Product(operands) => (operands, self.programs.first()),
            Joins::Reduction => (self.programs[0].inputs.len(), self.programs.get(1)),
        };
        let kernel = |inputs, spec: &[OutputSpec], results: Results<'_, Buffer>| match joins {
            Joins::Product(_) => self.cpu.run_kernel(self.kernel, self.attrs, &[], inputs, spec, results),
            Joins::Reduction => self.reduced(inputs, spec, results),
        };
        let Some(epilogue) = epilogue else { return kernel(inputs, outputs, results) };
        let mut tail: Inputs<'_, Buffer> = SmallVec::from_iter([Given::Absent]);
        tail.extend(inputs.drain(own..));
        let mut result = [None];
        kernel(inputs, &[OutputSpec { dtype: epilogue.inputs[0], layout: outputs[0].layout.clone() }], &mut result)?;
        let [result] = result;
        tail[0] = result.map_or(Given::Absent, Given::Moved);
        self.cpu.run_program(epilogue, tail, outputs, results)
    }

    fn reduced(&self, inputs: Inputs<'_, Buffer>, outputs: &[OutputSpec], results: Results<'_, Buffer>) -> Result<()> {
        let prologue = &self.programs[0];
        if prologue.insts.is_empty() && prologue.outputs[0].0 == Operand::Input(0) && inputs.len() == 1 {
            return self.cpu.run_kernel(self.kernel, self.attrs, &[], inputs, outputs, results);
        }
        let shape = broadcast(&inputs)?;
        let dtype = prologue.outputs[0].1;
        if takes_made(self.kernel.0) && !self.cpu.is_plain() && !shape.contains(&0) {
            let made = match dtype {
                DType::F32 => Some(self.made::<f32>(&inputs, &shape, &outputs[0])?),
                DType::F64 => Some(self.made::<f64>(&inputs, &shape, &outputs[0])?),
                _ => None,
            };
            if made.is_some() {
                results[0] = made;
                return Ok(());
            }
        }
        let mut elements = [None];
        self.cpu.run_program(prologue, inputs, &[OutputSpec::new(dtype, &shape)], &mut elements)?;
        let inputs = elements.into_iter().flatten().map(Given::Moved).collect();
        self.cpu.run_kernel(self.kernel, self.attrs, &[], inputs, outputs, results)
    }

    fn made<W: Wide + Element>(&self, inputs: &Inputs<'_, Buffer>, shape: &[usize], spec: &OutputSpec) -> Result<Tensor<Buffer>> {
        let evaluator = evaluator(&self.programs[0], 0)?;
        let views: SmallVec<[Input<'_>; 4]> = present(inputs).map(view).collect();
        let ready = evaluator.ready(shape, &views)?;
        let mut result = fresh(spec)?;
        let Some(bytes) = result.buffer.get_mut() else { return Err(Error::internal("a new buffer is shared")) };
        let out = bytemuck::try_cast_slice_mut(bytes).map_err(|e| Error::internal(format!("buffer: {e}")))?;
        if self.kernel.1 {
            return Ok(result);
        }
        let make = |range, out: &mut [W]| ready.fill(range, bytemuck::cast_slice_mut(out));
        made::<W>(self.kernel.0, self.attrs, shape, &make, out, &pool())?;
        Ok(result)
    }
}

/// The shape that all inputs broadcast to.
fn broadcast(inputs: &Inputs<'_, Buffer>) -> Result<SmallVec<[usize; 4]>> {
    let rank = present(inputs).map(|t| t.shape().len()).max().unwrap_or(0);
    let mut shape: SmallVec<[usize; 4]> = SmallVec::from_elem(1, rank);
    for t in present(inputs) {
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

fn shapes<'t>(inputs: &'t Inputs<'_, Buffer>) -> Vec<&'t [usize]> {
    present(inputs).map(Tensor::shape).collect()
}
