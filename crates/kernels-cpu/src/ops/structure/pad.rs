//! `pad`, `strided_slice_grad`, `diag`: elements put into a larger tensor.

use talray_core::graph::encode;
use talray_core::{Error, Result};

use crate::families::copy::{elements, elements_mut};
use crate::families::remap::{NONE, remap};
use crate::ops::structure::gather::contiguous;
use crate::{Call, KernelDef, by_size};

pub static PAD: KernelDef = KernelDef { op: "pad", run: pad, strided: false };
pub static SLICE_GRAD: KernelDef = KernelDef { op: "strided_slice_grad", run: slice_grad, strided: false };
pub static DIAG: KernelDef = KernelDef { op: "diag", run: diag, strided: false };

fn pad(call: &mut Call<'_>) -> Result<()> {
    let x = call.input(0)?;
    let mode = call.attrs.choice("mode")?;
    let mut maps = Vec::new();
    for (axis, p) in call.attrs.i64s("paddings")?.chunks_exact(2).enumerate() {
        let n = x.shape[axis];
        let most = match mode {
            "reflect" => n.saturating_sub(1),
            "symmetric" => n,
            "edge" if n == 0 => 0,
            _ => usize::MAX,
        };
        if p[0].max(p[1]) as usize > most {
            return Err(Error::shape(format!("axis {axis} of {:?} has too few elements for {p:?} of mode {mode}", x.shape)));
        }
        maps.push((0..p[0] + n as i64 + p[1]).map(|i| source(mode, i - p[0], n as i64)).collect());
    }
    fill(call, &maps, call.attrs.f64("value")?)
}

/// The input index at distance `at` from the first one; [`NONE`] outside in mode `constant`.
fn source(mode: &str, at: i64, n: i64) -> usize {
    let inside = (0..n).contains(&at);
    let from = match mode {
        _ if inside => at,
        "constant" => return NONE,
        "reflect" => {
            if at < 0 {
                -at
            } else {
                2 * (n - 1) - at
            }
        }
        "symmetric" => {
            if at < 0 {
                -at - 1
            } else {
                2 * n - 1 - at
            }
        }
        _ => at.clamp(0, n - 1),
    };
    from as usize
}

fn slice_grad(call: &mut Call<'_>) -> Result<()> {
    let x = call.input(0)?;
    let begin = call.attrs.i64s("begin")?;
    let steps = if call.attrs.has("strides") { call.attrs.i64s("strides")? } else { &[] };
    let mut maps = Vec::new();
    for (axis, &size) in call.outputs[0].shape.iter().enumerate() {
        let step = steps.get(axis).copied().unwrap_or(1);
        let n = size as i64;
        let first = match begin.get(axis) {
            None => 0,
            Some(&b) => {
                let b = if b < 0 { b.saturating_add(n) } else { b };
                if step > 0 { b.clamp(0, n) } else { b.clamp(-1, n - 1) }
            }
        };
        let mut map = vec![NONE; size];
        for i in 0..x.shape[axis] {
            let at = usize::try_from(first + i as i64 * step).ok().and_then(|at| map.get_mut(at));
            *at.ok_or_else(|| Error::internal("a slice lies outside the tensor it was cut from"))? = i;
        }
        maps.push(map);
    }
    fill(call, &maps, 0.0)
}

fn fill(call: &mut Call<'_>, maps: &[Vec<usize>], value: f64) -> Result<()> {
    let x = call.input(0)?;
    let pool = call.pool;
    let out = call.output(0);
    by_size!(x.dtype.size(), T => {
        let value: T = bytemuck::pod_read_unaligned(&encode(&[value], x.dtype));
        remap(contiguous::<T>(&x)?, x.shape, maps, value, elements_mut(out.bytes)?, pool);
    });
    Ok(())
}

fn diag(call: &mut Call<'_>) -> Result<()> {
    let x = call.input(0)?;
    let offset = call.attrs.i64("offset")?;
    let out = call.output(0);
    let n = x.shape[x.shape.len() - 1];
    let (rows, columns) = (out.shape[out.shape.len() - 2], out.shape[out.shape.len() - 1]);
    let k = offset.unsigned_abs() as usize;
    let first = if offset < 0 { k * columns } else { k };
    if n > 0 && first + (n - 1) * (columns + 1) >= rows * columns {
        return Err(Error::shape(format!("{n} elements do not fit diagonal {offset} of {rows} rows and {columns} columns")));
    }
    out.bytes.fill(0);
    if n == 0 {
        return Ok(());
    }
    by_size!(x.dtype.size(), T => {
        let x = elements::<T>(x.bytes)?[x.offset..x.offset + x.len()].chunks_exact(n);
        for (x, out) in x.zip(elements_mut::<T>(out.bytes)?.chunks_exact_mut(rows * columns)) {
            x.iter().enumerate().for_each(|(i, &x)| out[first + i * (columns + 1)] = x);
        }
    });
    Ok(())
}
