//! Resizing one axis after the other, and back.

use super::array::{input, write};
use crate::{Call, KernelDef};
use ndarray::{ArrayD, Axis};
use talray_core::Result;
use talray_core::rules::resize::Method;

pub static RESIZE: KernelDef = KernelDef { op: "resize", run: |call| run(call, false), strided: true };

pub static RESIZE_GRAD: KernelDef = KernelDef { op: "resize_grad", run: |call| run(call, true), strided: true };

fn run(call: &mut Call<'_>, back: bool) -> Result<()> {
    let method = Method::of(call.attrs)?;
    let mut x = input(call, 0)?;
    for axis in 1..x.ndim() - 1 {
        let (n, to) = (x.shape()[axis], call.outputs[0].shape[axis]);
        let mut shape = x.shape().to_vec();
        shape[axis] = to;
        let mut y = ArrayD::<f64>::zeros(shape);
        let (small, large) = if back { (to, n) } else { (n, to) };
        for (i, span) in method.spans(small, large).into_iter().enumerate() {
            for (k, weight) in span.weights.into_iter().enumerate() {
                let (from, into) = if back { (i, span.start + k) } else { (span.start + k, i) };
                y.index_axis_mut(Axis(axis), into).scaled_add(weight, &x.index_axis(Axis(axis), from));
            }
        }
        x = y;
    }
    write(call, 0, &x)
}
