//! `sort`, `argsort`, `top_k`, `search_sorted`

use talray_core::infer::normalize_axis;
use talray_core::{Error, Result};

use crate::families::copy::elements_mut;
use crate::families::scan::{Around, around};
use crate::families::sort::{argsort, keys, pick};
use crate::ops::structure::gather::contiguous;
use crate::{Call, Input, KernelDef, Output, Pool, by_size};

pub static SORT: KernelDef = KernelDef { op: "sort", run: sort, strided: false };
pub static ARGSORT: KernelDef = KernelDef { op: "argsort", run: positions, strided: false };
pub static TOP_K: KernelDef = KernelDef { op: "top_k", run: top_k, strided: false };
pub static SEARCH_SORTED: KernelDef = KernelDef { op: "search_sorted", run: search, strided: false };

/// Sizes around the attribute `axis`, and `descending`.
fn attrs(call: &Call<'_>) -> Result<(Around, bool)> {
    let shape = call.input(0)?.shape;
    let axis = normalize_axis(call.attrs.i64("axis")?, shape.len())?;
    Ok((around(shape, axis), call.attrs.bool("descending")?))
}

fn picked(x: &Input<'_>, sizes: Around, at: &[i32], out: Output<'_>, pool: &Pool) -> Result<()> {
    by_size!(x.dtype.size(), T => pick(contiguous::<T>(x)?, sizes, at, elements_mut(out.bytes)?, pool));
    Ok(())
}

fn sort(call: &mut Call<'_>) -> Result<()> {
    let (sizes, falling) = attrs(call)?;
    let x = call.input(0)?;
    let mut at = vec![0; x.len()];
    argsort(&x, sizes, falling, sizes.1, &mut at, call.pool)?;
    picked(&x, sizes, &at, call.output(0), call.pool)
}

fn positions(call: &mut Call<'_>) -> Result<()> {
    let (sizes, falling) = attrs(call)?;
    argsort(&call.input(0)?, sizes, falling, sizes.1, call.output(0).slice()?, call.pool)
}

fn top_k(call: &mut Call<'_>) -> Result<()> {
    let (x, k) = (call.input(0)?, call.attrs.usize("k")?);
    let sizes = around(x.shape, normalize_axis(-1, x.shape.len())?);
    let n = sizes.1;
    if k > n {
        return Err(Error::shape(format!("k is {k}, but rows of shape {:?} have {n} elements", x.shape)));
    }
    let mut indices = call.output(1);
    let at = indices.slice()?;
    argsort(&x, sizes, true, k, at, call.pool)?;
    picked(&x, sizes, at, call.output(0), call.pool)
}

fn search(call: &mut Call<'_>) -> Result<()> {
    let (sorted, values) = (call.input(0)?, call.input(1)?);
    let right = call.attrs.choice("side")? == "right";
    let n = sorted.shape.last().copied().unwrap_or(0);
    let per = if sorted.shape.len() == 1 { values.len() } else { values.shape.last().copied().unwrap_or(0) };
    let (sorted, values) = (keys(&sorted, false)?, keys(&values, false)?);
    let pool = call.pool;
    pool.for_each_chunk(call.output(0).slice::<i32>()?, 4096, |chunk, out| {
        for (i, out) in out.iter_mut().enumerate() {
            let at = chunk * 4096 + i;
            let (v, row) = (values[at], &sorted[at / per * n..][..n]);
            *out = row.partition_point(|&s| if right { s <= v } else { s < v }) as i32;
        }
    });
    Ok(())
}
