//! Tensors as ndarray arrays of f64: how the plain kernels of this group read and write.

use crate::{Call, Element, Input, dispatch};
use ndarray::{ArrayD, IxDyn};
use talray_core::{Error, Result};

/// The elements of `input`, in its shape, as f64.
pub fn read(input: &Input<'_>) -> Result<ArrayD<f64>> {
    let mut out = ArrayD::zeros(IxDyn(input.shape));
    dispatch!(input.dtype, T => {
        let buffer = input.buffer::<T>()?;
        for (index, slot) in out.indexed_iter_mut() {
            let at: isize = (0..input.shape.len()).map(|d| index[d] as isize * input.strides[d]).sum();
            *slot = buffer[(input.offset as isize + at) as usize].to_f64();
        }
    });
    Ok(out)
}

/// Input `i` as f64.
pub fn input(call: &Call<'_>, i: usize) -> Result<ArrayD<f64>> {
    read(&call.input(i)?)
}

/// Optional input `i` as f64.
pub fn optional(call: &Call<'_>, i: usize) -> Result<Option<ArrayD<f64>>> {
    call.optional(i).map(|x| read(&x)).transpose()
}

/// Writes `values` to output `i`; the shapes must hold equally many elements.
pub fn write(call: &mut Call<'_>, i: usize, values: &ArrayD<f64>) -> Result<()> {
    let mut out = call.output(i);
    if out.len() != values.len() {
        return Err(Error::internal(format!("output of shape {:?} was given values of shape {:?}", out.shape, values.shape())));
    }
    dispatch!(out.dtype, T => {
        for (slot, x) in out.slice::<T>()?.iter_mut().zip(values.iter()) {
            *slot = T::from_f64(*x);
        }
    });
    Ok(())
}
