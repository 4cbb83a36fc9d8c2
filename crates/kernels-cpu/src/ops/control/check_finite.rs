//! `check_finite`

use crate::{Call, Element, KernelDef, dispatch};
use talray_core::{Error, Result};

pub static DEF: KernelDef = KernelDef { op: "check_finite", run, strided: false };

fn run(call: &mut Call<'_>) -> Result<()> {
    let x = call.input(0)?;
    let what = call.attrs.text("what")?;
    dispatch!(x.dtype, T => {
        let x = x.slice::<T>()?;
        if let Some(i) = x.iter().position(|v| !v.to_f64().is_finite()) {
            return Err(Error::numeric(format!("{what} is {} (element {i} of {})", x[i].to_f64(), x.len())));
        }
        call.output(0).into_slice::<T>()?.copy_from_slice(x);
    });
    Ok(())
}
