//! `argmax`, `argmin`

use talray_core::infer::normalize_axis;
use talray_core::{Error, Result};

use crate::families::argmax::place;
use crate::families::number::Wide;
use crate::families::scan::around;
use crate::{Call, KernelDef, wide};

pub static ARGMAX: KernelDef = KernelDef { op: "argmax", run: |call| run(call, false), strided: false };
pub static ARGMIN: KernelDef = KernelDef { op: "argmin", run: |call| run(call, true), strided: false };

fn run(call: &mut Call<'_>, smallest: bool) -> Result<()> {
    let x = call.input(0)?;
    let sizes = if call.attrs.has("axis") {
        let axis = normalize_axis(call.attrs.i64("axis")?, x.shape.len())?;
        around(x.shape, axis)
    } else {
        (1, x.len(), 1)
    };
    let pool = call.pool;
    let mut out = call.output(0);
    if out.is_empty() {
        return Ok(());
    }
    if sizes.1 == 0 {
        return Err(Error::shape(format!("nothing to choose from: shape {:?} is empty along the axis", x.shape)));
    }
    wide!(x.dtype, W => place(&W::read(&x)?, sizes, smallest, out.slice()?, pool));
    Ok(())
}
