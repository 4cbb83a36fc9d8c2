//! `split`

use talray_core::Result;
use talray_core::infer::normalize_axis;

use crate::families::copy::to_contiguous;
use crate::{Call, Input, KernelDef};

pub static DEF: KernelDef = KernelDef { op: "split", run, strided: true };

fn run(call: &mut Call<'_>) -> Result<()> {
    let x = call.input(0)?;
    let axis = normalize_axis(call.attrs.i64("axis")?, x.shape.len())?;
    let mut at = x.offset as isize;
    for i in 0..call.outputs.len() {
        let mut out = call.output(i);
        if !out.is_empty() {
            let part = Input { shape: &out.shape.clone(), offset: at as usize, ..x };
            to_contiguous(&part, &mut out, call.pool)?;
        }
        at += out.shape[axis] as isize * x.strides[axis];
    }
    Ok(())
}
