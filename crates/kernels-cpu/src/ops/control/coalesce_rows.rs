//! `coalesce_rows`

use crate::{Call, Element, KernelDef};
use half::{bf16, f16};
use talray_core::{DType, Result};

pub static DEF: KernelDef = KernelDef { op: "coalesce_rows", run, strided: false };

fn run(call: &mut Call<'_>) -> Result<()> {
    match call.input(0)?.dtype {
        DType::I64 => with_ids::<i64>(call),
        _ => with_ids::<i32>(call),
    }
}

fn with_ids<I: Element + Ord>(call: &mut Call<'_>) -> Result<()> {
    match call.input(1)?.dtype {
        DType::F64 => coalesce::<I, f64>(call),
        DType::F16 => coalesce::<I, f16>(call),
        DType::BF16 => coalesce::<I, bf16>(call),
        _ => coalesce::<I, f32>(call),
    }
}

/// Sorts positions by id, stably, and sums each run.
fn coalesce<I: Element + Ord, T: Element>(call: &mut Call<'_>) -> Result<()> {
    let (ids, rows) = (call.input(0)?.slice::<I>()?, call.input(1)?.slice::<T>()?);
    let width = rows.len().checked_div(ids.len()).unwrap_or(0);
    let mut order: Vec<u32> = (0..ids.len() as u32).collect();
    order.sort_by_key(|&i| ids[i as usize]);
    let (mut out_ids, mut out_rows) = (call.output(0), call.output(1));
    let (out_ids, out_rows) = (out_ids.slice::<I>()?, out_rows.slice::<T>()?);
    let mut n = 0;
    for run in order.chunk_by(|a, b| ids[*a as usize] == ids[*b as usize]) {
        out_ids[n] = ids[run[0] as usize];
        let out = &mut out_rows[n * width..][..width];
        for (turn, &i) in run.iter().enumerate() {
            let row = &rows[i as usize * width..][..width];
            if turn == 0 {
                out.copy_from_slice(row);
            } else {
                out.iter_mut().zip(row).for_each(|(o, r)| *o = T::from_f64(o.to_f64() + r.to_f64()));
            }
        }
        n += 1;
    }
    call.set_len(0, n);
    call.set_len(1, n);
    Ok(())
}
