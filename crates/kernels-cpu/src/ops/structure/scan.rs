//! `cumsum`, `cumprod`, `cummax`, `cummin`, `linear_recurrence`

use talray_core::Result;
use talray_core::infer::normalize_axis;

use crate::families::number::{Wide, limits};
use crate::families::reduce::{Fold, Max, Min, Prod, Sum};
use crate::families::scan::{Walk, around, recurrence, scan};
use crate::{Call, KernelDef, wide};

pub static CUMSUM: KernelDef =
    KernelDef { op: "cumsum", run: |call| wide!(call.input(0)?.dtype, W => run::<W, Sum>(call, W::ZERO)), strided: false };
pub static CUMPROD: KernelDef =
    KernelDef { op: "cumprod", run: |call| wide!(call.input(0)?.dtype, W => run::<W, Prod>(call, W::ONE)), strided: false };
pub static CUMMAX: KernelDef = KernelDef {
    op: "cummax",
    run: |call| {
        let dtype = call.input(0)?.dtype;
        wide!(dtype, W => {
            let start = if dtype.is_float() { W::LOWEST } else { limits(dtype).0 };
            run::<W, Max>(call, start)
        })
    },
    strided: false,
};
pub static CUMMIN: KernelDef = KernelDef {
    op: "cummin",
    run: |call| {
        let dtype = call.input(0)?.dtype;
        wide!(dtype, W => {
            let start = if dtype.is_float() { W::HIGHEST } else { limits(dtype).1 };
            run::<W, Min>(call, start)
        })
    },
    strided: false,
};
pub static RECURRENCE: KernelDef =
    KernelDef { op: "linear_recurrence", run: |call| wide!(call.input(0)?.dtype, W => linear::<W>(call)), strided: false };

/// How a cumulative op of these attributes walks over `shape`.
fn walk(call: &Call<'_>, shape: &[usize], exclusive: bool) -> Result<Walk> {
    let axis = normalize_axis(call.attrs.i64("axis")?, shape.len())?;
    Ok(Walk { sizes: around(shape, axis), exclusive, reverse: call.attrs.bool("reverse")? })
}

fn run<W: Wide, F: Fold<W>>(call: &mut Call<'_>, start: W) -> Result<()> {
    let x = call.input(0)?;
    let walk = walk(call, x.shape, call.attrs.bool("exclusive")?)?;
    let pool = call.pool;
    let x = W::read(&x)?;
    W::fill(&mut call.output(0), |out| scan::<W, F>(&x, walk, start, out, pool))
}

fn linear<W: Wide>(call: &mut Call<'_>) -> Result<()> {
    let (a, b) = (call.input(0)?, call.input(1)?);
    let walk = walk(call, a.shape, false)?;
    let pool = call.pool;
    let (a, b) = (W::read(&a)?, W::read(&b)?);
    W::fill(&mut call.output(0), |out| recurrence(&a, &b, walk, out, pool))
}
