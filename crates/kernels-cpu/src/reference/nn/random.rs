//! Random draws element by element through core's scalar functions.

use super::array::{input, write};
use crate::{Call, Element, KernelDef, dispatch};
use ndarray::{ArrayD, Dimension, IxDyn};
use talray_core::random::{Stream, int_from_32, int_from_64, uniform_f32};
use talray_core::{DType, Error, Result};

pub static BITS: KernelDef = KernelDef {
    op: "random_bits",
    run: |call| {
        let s = stream(call, 0)?;
        let mut out = call.output(0);
        if out.dtype == DType::U64 {
            out.slice::<u64>()?.iter_mut().enumerate().for_each(|(e, x)| *x = s.bits64(e as u64));
        } else {
            out.slice::<u32>()?.iter_mut().enumerate().for_each(|(e, x)| *x = s.bits32(e as u64));
        }
        Ok(())
    },
    strided: true,
};

pub static RANDINT: KernelDef = KernelDef {
    op: "random_randint",
    run: |call| {
        let s = stream(call, 0)?;
        let (low, high) = (call.attrs.i64("low")?, call.attrs.i64("high")?);
        let span = high.wrapping_sub(low) as u64;
        let mut out = call.output(0);
        dispatch!(out.dtype, T => {
            for (e, x) in out.slice::<T>()?.iter_mut().enumerate() {
                *x = integer(draw(s, e as u64, low, span));
            }
        });
        Ok(())
    },
    strided: true,
};

fn draw(s: Stream, e: u64, low: i64, span: u64) -> i64 {
    if span <= 1 << 32 { int_from_32(s.bits32(e), low, span) } else { int_from_64(s.bits64(e), low, span) }
}

/// The low bytes of `x`.
fn integer<T: Element>(x: i64) -> T {
    bytemuck::pod_read_unaligned(&x.to_le_bytes()[..std::mem::size_of::<T>()])
}

pub static GAMMA: KernelDef = KernelDef { op: "random_gamma", run: |call| parameterised(call, Stream::gamma), strided: true };

pub static POISSON: KernelDef = KernelDef {
    op: "random_poisson",
    run: |call| {
        let whole = !call.outputs[0].dtype.is_float();
        parameterised(
            call,
            if whole {
                |s, e, lam| {
                    let x = s.poisson(e, lam);
                    if x.is_nan() { -1.0 } else { x }
                }
            } else {
                Stream::poisson
            },
        )
    },
    strided: true,
};

fn parameterised(call: &mut Call<'_>, draw: fn(Stream, u64, f64) -> f64) -> Result<()> {
    let s = stream(call, 0)?;
    let parameter = input(call, 1)?;
    let shape = IxDyn(&call.outputs[0].shape);
    let parameter = parameter.broadcast(shape.clone()).ok_or_else(|| Error::shape("the parameter does not broadcast"))?;
    let values: Vec<f64> = parameter.iter().enumerate().map(|(e, &p)| draw(s, e as u64, p)).collect();
    let values = ArrayD::from_shape_vec(shape, values).map_err(|e| Error::internal(e.to_string()))?;
    write(call, 0, &values)
}

pub static ADVANCE: KernelDef = KernelDef {
    op: "advance",
    run: |call| {
        let count = call.attrs.u64("count")?;
        let state = stream(call, 0)?.advance(count).state();
        call.output(0).slice::<u32>()?.copy_from_slice(&state);
        Ok(())
    },
    strided: true,
};

pub static DROPOUT: KernelDef = KernelDef {
    op: "dropout",
    run: |call| {
        let x = input(call, 0)?;
        let s = stream(call, 1)?;
        let rate = call.attrs.f64("rate")?;
        let scale = if rate < 1.0 { 1.0 / (1.0 - rate) } else { 0.0 };
        let noise = IxDyn(&call.outputs[1].shape);
        let kept: Vec<f64> =
            (0..noise.size()).map(|e| f64::from(u8::from(uniform_f32(s.bits32(e as u64)) >= rate as f32))).collect();
        let mask = ArrayD::from_shape_vec(noise, kept).map_err(|e| Error::internal(e.to_string()))?;
        let wide = mask.broadcast(x.raw_dim()).ok_or_else(|| Error::shape("the mask does not broadcast"))?;
        let out = ndarray::Zip::from(&x).and(&wide).map_collect(|&x, &m| if m == 0.0 { 0.0 } else { x * scale });
        write(call, 0, &out)?;
        write(call, 1, &mask)
    },
    strided: true,
};

/// The stream of state input `i`.
pub fn stream(call: &Call<'_>, i: usize) -> Result<Stream> {
    let t = call.input(i)?;
    let words = t.buffer::<u32>()?;
    let at = |k: isize| words[(t.offset as isize + k * t.strides.first().copied().unwrap_or(1)) as usize];
    if t.len() != 4 {
        return Err(Error::shape(format!("a random state has 4 words, received {}", t.len())));
    }
    Ok(Stream::new([at(0), at(1), at(2), at(3)]))
}
