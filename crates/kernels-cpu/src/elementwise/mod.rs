//! Evaluates core's scalar programs over tensors. An [`Evaluator`] is a program made ready once: primitives become
//! SIMD loops over blocks that stay in the first-level cache, inputs of any strides are read where they lie, and the
//! last loops write straight to the outputs. Every node rounds once, so that fused and unfused evaluation agree.

mod fuse;
mod over;
mod plan;

use smallvec::SmallVec;
use talray_core::expr::Program;
use talray_core::{DType, Error, Result};

pub(crate) use over::laid_over;

use crate::simd::machine::Chain;
use crate::simd::walk::{self, Ready, Walk};
use crate::{Call, Input, Pool};

/// One input of an evaluation.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// A tensor of any strides whose shape is that of the result or broadcasts to it (sizes 1 repeat, missing leading
    /// axes too).
    View(Input<'a>),
    /// The old content of the output that [`Evaluator::in_place`] laid over this input.
    Over,
}

/// A program made ready to run; building costs microseconds, so keep it.
pub struct Evaluator {
    chain: Chain,
    inputs: SmallVec<[DType; 4]>,
    /// For each input, the output that lies over it.
    over: SmallVec<[Option<usize>; 4]>,
}

impl Evaluator {
    /// Makes `program` ready.
    ///
    /// # Errors
    /// `UNSUPPORTED` where a primitive is not defined for its dtype (the logarithm of an integer, say).
    pub fn new(program: &Program) -> Result<Self> {
        Self::in_place(program, &[])
    }

    /// Makes `program` ready to overwrite inputs: `over[i]` is the output that takes the place of input `i`, which must
    /// have its dtype and the result's shape. Missing entries are `None`.
    ///
    /// # Errors
    /// As [`Evaluator::new`]; `INTERNAL` where a dtype differs or two inputs name one output.
    pub fn in_place(program: &Program, over: &[Option<usize>]) -> Result<Self> {
        let mut all: SmallVec<[Option<usize>; 4]> = over.into();
        all.resize(program.inputs.len(), None);
        for (i, output) in all.iter().enumerate() {
            let Some(output) = *output else { continue };
            let fits = program.outputs.get(output).is_some_and(|(_, dtype)| *dtype == program.inputs[i]);
            if !fits || all[..i].contains(&Some(output)) {
                return Err(Error::internal(format!("output {output} cannot lie over input {i}")));
            }
        }
        Ok(Self { chain: plan::chain(program, &all)?, inputs: program.inputs.as_slice().into(), over: all })
    }

    /// For each input, the output that takes its place.
    pub(crate) fn over(&self) -> &[Option<usize>] {
        &self.over
    }

    /// Computes every element of `shape`. `outputs` are contiguous: exactly the elements, as bytes.
    ///
    /// # Errors
    /// `INTERNAL` where number, dtype, size or alignment of the arrays are not the program's; `SHAPE` where an input
    /// does not broadcast to `shape`.
    pub fn run(&self, shape: &[usize], inputs: &[Source<'_>], outputs: &mut [&mut [u8]], pool: &Pool) -> Result<()> {
        if inputs.len() != self.inputs.len() {
            return Err(Error::internal(format!("a program of {} inputs was given {}", self.inputs.len(), inputs.len())));
        }
        if walk::run_single(&self.chain, &self.inputs, shape, inputs, outputs) {
            return Ok(());
        }
        let mut walk = Walk::new(shape);
        for ((source, dtype), over) in inputs.iter().zip(&self.inputs).zip(&self.over) {
            match (source, over) {
                (Source::View(input), None) => walk.add(input, *dtype)?,
                (Source::Over, Some(output)) => walk.add_over(*output),
                _ => return Err(Error::internal("an input lies under an output, or does not, against what was planned")),
            }
        }
        walk.run(&self.chain, outputs, pool)
    }

    /// The only output, to be made a range of elements at a time.
    ///
    /// # Errors
    /// As [`Evaluator::run`].
    pub(crate) fn ready<'a>(&'a self, shape: &[usize], inputs: &[Input<'a>]) -> Result<Ready<'a>> {
        Ready::new(&self.chain, &self.inputs, shape, inputs)
    }

    /// Runs the program on the inputs of a call and fills its outputs, all of one shape.
    ///
    /// # Errors
    /// As [`Evaluator::run`].
    pub fn call(&self, call: &mut Call<'_>) -> Result<()> {
        let inputs = (0..self.inputs.len()).map(|i| call.input(i).map(Source::View)).collect::<Result<SmallVec<[_; 4]>>>()?;
        let shape = call.outputs.first().map(|output| output.shape.clone()).unwrap_or_default();
        let mut outputs: SmallVec<[&mut [u8]; 2]> = call.outputs.iter_mut().map(|output| &mut *output.bytes).collect();
        self.run(&shape, &inputs, &mut outputs, call.pool)
    }
}
