//! `concat`, `split`, `pad`, `strided_slice_grad`, `diag`, by ndarray's own slicing or index by index.

use ndarray::{ArrayD, Axis, IxDyn, Slice, concatenate};
use talray_core::{Error, Result};

use super::array::{axis, bits, pattern, write_bits};
use crate::{Call, KernelDef};

macro_rules! kernels {
    ($($def:ident $op:literal $run:ident;)*) => { $(
        pub static $def: KernelDef = KernelDef { op: $op, run: $run, strided: true };
    )* };
}
kernels! {
    CONCAT "concat" concat;
    SPLIT "split" split;
    PAD "pad" pad;
    SLICE_GRAD "strided_slice_grad" slice_grad;
    DIAG "diag" diag;
}

fn concat(call: &mut Call<'_>) -> Result<()> {
    let parts: Vec<ArrayD<u64>> = (0..call.inputs.len()).map(|i| bits(call, i)).collect::<Result<_>>()?;
    let axis = Axis(axis(call, parts[0].ndim())?);
    let views: Vec<_> = parts.iter().map(|p| p.view()).collect();
    let y = concatenate(axis, &views).map_err(|e| Error::internal(e.to_string()))?;
    write_bits(call, 0, &y);
    Ok(())
}

fn split(call: &mut Call<'_>) -> Result<()> {
    let x = bits(call, 0)?;
    let axis = Axis(axis(call, x.ndim())?);
    let mut at = 0;
    for i in 0..call.outputs.len() {
        let n = call.outputs[i].shape[axis.0];
        write_bits(call, i, x.slice_axis(axis, Slice::from(at..at + n)));
        at += n;
    }
    Ok(())
}

fn pad(call: &mut Call<'_>) -> Result<()> {
    let x = bits(call, 0)?;
    let (mode, paddings) = (call.attrs.choice("mode")?, call.attrs.i64s("paddings")?);
    let value = pattern(call.attrs.f64("value")?, call.outputs[0].dtype);
    for (axis, p) in paddings.chunks_exact(2).enumerate() {
        let n = x.shape()[axis] as i64;
        let most = match mode {
            "reflect" => (n - 1).max(0),
            "symmetric" => n,
            "edge" if n == 0 => 0,
            _ => i64::MAX,
        };
        if p[0].max(p[1]) > most {
            return Err(Error::shape(format!("axis {axis} of {:?} has too few elements for {p:?} of mode {mode}", x.shape())));
        }
    }
    let y = ArrayD::from_shape_fn(IxDyn(&call.outputs[0].shape), |mut index| {
        for axis in 0..x.ndim() {
            let n = x.shape()[axis] as i64;
            let at = index[axis] as i64 - paddings[2 * axis];
            let from = match mode {
                "reflect" => (n - 1) - ((n - 1) - at.abs()).abs(),
                "symmetric" if at < 0 => -1 - at,
                "symmetric" if at >= n => 2 * n - 1 - at,
                "edge" => at.clamp(0, n - 1),
                _ if !(0..n).contains(&at) => return value,
                _ => at,
            };
            index[axis] = from as usize;
        }
        x[index]
    });
    write_bits(call, 0, &y);
    Ok(())
}

fn slice_grad(call: &mut Call<'_>) -> Result<()> {
    let x = bits(call, 0)?;
    let begin = call.attrs.i64s("begin")?;
    let steps = if call.attrs.has("strides") { call.attrs.i64s("strides")? } else { &[] };
    let mut y = ArrayD::from_elem(IxDyn(&call.outputs[0].shape), 0);
    for (mut index, &x) in x.indexed_iter() {
        for axis in 0..begin.len() {
            let n = y.shape()[axis] as i64;
            let step = steps.get(axis).copied().unwrap_or(1);
            let b = if begin[axis] < 0 { begin[axis].saturating_add(n) } else { begin[axis] };
            let b = if step > 0 { b.clamp(0, n) } else { b.clamp(-1, n - 1) };
            index[axis] = (b + index[axis] as i64 * step) as usize;
        }
        y[index] = x;
    }
    write_bits(call, 0, &y);
    Ok(())
}

fn diag(call: &mut Call<'_>) -> Result<()> {
    let x = bits(call, 0)?;
    let offset = call.attrs.i64("offset")?;
    let mut y = ArrayD::from_elem(IxDyn(&call.outputs[0].shape), 0);
    let last = x.ndim() - 1;
    for (index, &x) in x.indexed_iter() {
        let mut at: Vec<usize> = (0..last).map(|d| index[d]).collect();
        at.extend([index[last] + (-offset).max(0) as usize, index[last] + offset.max(0) as usize]);
        match y.get_mut(IxDyn(&at)) {
            Some(y) => *y = x,
            None => return Err(Error::shape(format!("the elements do not fit diagonal {offset} of {:?}", y.shape()))),
        }
    }
    write_bits(call, 0, &y);
    Ok(())
}
