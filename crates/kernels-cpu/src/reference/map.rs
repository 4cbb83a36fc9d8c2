//! Scalar programs, one element at a time, by core's scalar evaluator: the oracle for the SIMD one.

use crate::{Element, Input, Output, dispatch};
use talray_core::expr::Program;
use talray_core::expr::eval::{Scalar, run};
use talray_core::{DType, Result};

/// Evaluates `program` over inputs that broadcast to the outputs' shape.
///
/// # Errors
/// `INTERNAL` when a view does not have the program's dtype.
pub fn map(program: &Program, inputs: &[Input<'_>], outputs: &mut [Output<'_>]) -> Result<()> {
    let shape = outputs[0].shape.clone();
    for i in 0..shape.iter().product() {
        let mut values = Vec::with_capacity(inputs.len());
        for input in inputs {
            values.push(load(input, offset(input, &shape, i))?);
        }
        for (output, value) in outputs.iter_mut().zip(run(program, &values)) {
            store(output, i, value)?;
        }
    }
    Ok(())
}

/// Where element `i` of the broadcast shape lies in `input`.
fn offset(input: &Input<'_>, shape: &[usize], mut i: usize) -> usize {
    let mut at = input.offset as isize;
    let lead = shape.len() - input.shape.len();
    for axis in (0..shape.len()).rev() {
        let along = i % shape[axis];
        i /= shape[axis];
        if axis >= lead && input.shape[axis - lead] != 1 {
            at += along as isize * input.strides[axis - lead];
        }
    }
    at as usize
}

fn load(input: &Input<'_>, at: usize) -> Result<Scalar> {
    Ok(match input.dtype {
        DType::I64 => Scalar::Int(i128::from(input.buffer::<i64>()?[at])),
        DType::U64 => Scalar::Int(i128::from(input.buffer::<u64>()?[at])),
        dtype => dispatch!(dtype, T => Scalar::new(input.buffer::<T>()?[at].to_f64(), dtype)),
    })
}

fn store(output: &mut Output<'_>, at: usize, value: Scalar) -> Result<()> {
    match (output.dtype, value) {
        (DType::I64, Scalar::Int(x)) => output.slice::<i64>()?[at] = x as i64,
        (DType::U64, Scalar::Int(x)) => output.slice::<u64>()?[at] = x as u64,
        (dtype, value) => dispatch!(dtype, T => output.slice::<T>()?[at] = T::from_f64(value.f64())),
    }
    Ok(())
}
