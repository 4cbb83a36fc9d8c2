//! Softmax and log-softmax, a lane at a time.

use super::array::{input, write};
use crate::{Call, KernelDef};
use ndarray::Axis;
use talray_core::Result;
use talray_core::infer::normalize_axis;

pub static SOFTMAX: KernelDef =
    KernelDef { op: "softmax", run: |call| run(call, |x, max, total| (x - max).exp() / total), strided: true };

pub static LOG_SOFTMAX: KernelDef =
    KernelDef { op: "log_softmax", run: |call| run(call, |x, max, total| (x - max) - total.ln()), strided: true };

fn run(call: &mut Call<'_>, f: fn(f64, f64, f64) -> f64) -> Result<()> {
    let mut x = input(call, 0)?;
    let axis = normalize_axis(call.attrs.i64("axis")?, x.ndim())?;
    for mut lane in x.lanes_mut(Axis(axis)) {
        let max = lane.fold(f64::NEG_INFINITY, |m, &v| m.max(v));
        let total: f64 = lane.iter().map(|v| (v - max).exp()).sum();
        lane.mapv_inplace(|v| f(v, max, total));
    }
    write(call, 0, &x)
}
