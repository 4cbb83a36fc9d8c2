//! Random draws over fixed chunks. Philox runs for 16 blocks side by side, so that it vectorises.

use super::work::{Stored, Work, floats};
use crate::reference::nn::random::stream;
use crate::simd::{Isa, Kernel, dispatch};
use crate::{Call, Element, Input, KernelDef, dispatch as by_dtype};
use talray_core::random::{Stream, int_from_32, int_from_64, philox, uniform_f32};
use talray_core::{DType, Result};

/// Words in a chunk: whole groups of 16 blocks.
const CHUNK: usize = 1 << 14;
const SIDE: usize = 16;

pub static BITS: KernelDef = KernelDef {
    op: "random_bits",
    run: |call| {
        let (s, pool) = (stream(call, 0)?, call.pool);
        let mut out = call.output(0);
        if out.dtype == DType::U64 {
            pool.for_each_chunk(out.slice::<u64>()?, CHUNK / 2, |i, out| {
                let words = words(s, i, 2 * out.len());
                out.iter_mut().zip(words.chunks_exact(2)).for_each(|(x, w)| *x = u64::from(w[0]) | u64::from(w[1]) << 32);
            });
        } else {
            pool.for_each_chunk(out.slice::<u32>()?, CHUNK, |i, out| fill(s, i, out));
        }
        Ok(())
    },
    strided: true,
};

pub static RANDINT: KernelDef = KernelDef {
    op: "random_randint",
    run: |call| {
        let (s, pool) = (stream(call, 0)?, call.pool);
        let (low, high) = (call.attrs.i64("low")?, call.attrs.i64("high")?);
        let span = high.wrapping_sub(low) as u64;
        let mut out = call.output(0);
        by_dtype!(out.dtype, T => {
            pool.for_each_chunk(out.slice::<T>()?, CHUNK / 2, |i, out| {
                let first = i * (CHUNK / 2);
                if span <= 1 << 32 {
                    let words = words_from(s, first, out.len());
                    out.iter_mut().zip(words).for_each(|(x, w)| *x = low_bytes(int_from_32(w, low, span)));
                } else {
                    let words = words_from(s, 2 * first, 2 * out.len());
                    for (x, w) in out.iter_mut().zip(words.chunks_exact(2)) {
                        *x = low_bytes(int_from_64(u64::from(w[0]) | u64::from(w[1]) << 32, low, span));
                    }
                }
            });
        });
        Ok(())
    },
    strided: true,
};

pub static GAMMA: KernelDef = KernelDef { op: "random_gamma", run: |call| parameterised(call, Stream::gamma), strided: true };

pub static POISSON: KernelDef = KernelDef {
    op: "random_poisson",
    run: |call| {
        let whole = !call.outputs[0].dtype.is_float();
        parameterised(call, if whole { count } else { Stream::poisson })
    },
    strided: true,
};

fn count(s: Stream, element: u64, lam: f64) -> f64 {
    let k = s.poisson(element, lam);
    if k.is_nan() { -1.0 } else { k }
}

/// `draw(stream, element, parameter)` for each element, the parameter (input 1) broadcast.
fn parameterised(call: &mut Call<'_>, draw: fn(Stream, u64, f64) -> f64) -> Result<()> {
    const SIZE: usize = 1024;
    let (s, pool) = (stream(call, 0)?, call.pool);
    let parameter = call.input(1)?;
    let mut out = call.output(0);
    let shape = out.shape.clone();
    by_dtype!(parameter.dtype, P => {
        let values = parameter.buffer::<P>()?;
        by_dtype!(out.dtype, T => {
            pool.for_each_chunk(out.slice::<T>()?, SIZE, |i, out| {
                for (k, x) in out.iter_mut().enumerate() {
                    let element = i * SIZE + k;
                    *x = T::from_f64(draw(s, element as u64, values[place(&parameter, &shape, element)].to_f64()));
                }
            });
        });
    });
    Ok(())
}

/// Where element `i` of `shape` reads `x`, which broadcasts to `shape`.
fn place(x: &Input<'_>, shape: &[usize], mut i: usize) -> usize {
    let mut at = x.offset as isize;
    let lead = shape.len() - x.shape.len();
    for d in (0..shape.len()).rev() {
        let index = i % shape[d];
        i /= shape[d];
        if d >= lead && x.shape[d - lead] != 1 {
            at += index as isize * x.strides[d - lead];
        }
    }
    at as usize
}

pub static DROPOUT: KernelDef = KernelDef {
    op: "dropout",
    run: |call| {
        let (x, s, pool) = (call.input(0)?, stream(call, 1)?, call.pool);
        let rate = call.attrs.f64("rate")?;
        let scale = if rate < 1.0 { 1.0 / (1.0 - rate) } else { 0.0 };
        let rate = rate as f32;
        let (mut out, mut mask) = (call.output(0), call.output(1));
        let (shape, noise) = (out.shape.clone(), mask.shape.clone());
        let mask = mask.slice::<u8>()?;
        pool.for_each_chunk(mask, CHUNK, |i, mask| {
            let words = words(s, i, mask.len());
            mask.iter_mut().zip(words).for_each(|(m, w)| *m = u8::from(uniform_f32(w) >= rate));
        });
        let mask = &*mask;
        let strides = talray_core::graph::view::Layout::contiguous(&noise).strides;
        let wide = Input { dtype: DType::U8, shape: &noise, strides: &strides, offset: 0, bytes: mask };
        floats!(x.dtype, T => {
            let x = x.slice::<T>()?;
            let scale = <T as Stored>::Work::from_f64(scale);
            pool.for_each_chunk(out.slice::<T>()?, CHUNK, |i, out| {
                let first = i * CHUNK;
                let mut values = vec![<T as Stored>::Work::ZERO; out.len()];
                T::widen(&x[first..first + out.len()], &mut values);
                if shape == noise {
                    keep(&mut values, scale, |k| mask[first + k]);
                } else {
                    keep(&mut values, scale, |k| mask[place(&wide, &shape, first + k)]);
                }
                T::narrow(&values, out);
            });
        });
        Ok(())
    },
    strided: false,
};

#[inline(always)]
fn keep<W: Work>(values: &mut [W], scale: W, mask: impl Fn(usize) -> u8) {
    for (k, v) in values.iter_mut().enumerate() {
        *v = if mask(k) != 0 { *v * scale } else { W::ZERO };
    }
}

/// The low bytes of `x`.
fn low_bytes<T: Element>(x: i64) -> T {
    bytemuck::pod_read_unaligned(&x.to_le_bytes()[..std::mem::size_of::<T>()])
}

/// `n` words from chunk `chunk` on.
fn words(s: Stream, chunk: usize, n: usize) -> Vec<u32> {
    let mut out = vec![0; n];
    fill(s, chunk, &mut out);
    out
}

/// `n` words from word `first`, a multiple of 4, on.
fn words_from(s: Stream, first: usize, n: usize) -> Vec<u32> {
    let mut out = vec![0; n];
    dispatch(Words { stream: s, first: first / 4, out: &mut out });
    out
}

/// Fills with the words of chunk `chunk`.
fn fill(s: Stream, chunk: usize, out: &mut [u32]) {
    dispatch(Words { stream: s, first: chunk * (CHUNK / 4), out });
}

/// The words of the blocks from number `first` on.
struct Words<'a> {
    stream: Stream,
    first: usize,
    out: &'a mut [u32],
}

impl Kernel for Words<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, _: S) {
        let Stream { key, offset } = self.stream;
        for (i, out) in self.out.chunks_mut(4 * SIDE).enumerate() {
            let base = (self.first + i * SIDE) as u32;
            let mut blocks = [[0u32; 4]; SIDE];
            for (lane, block) in blocks.iter_mut().enumerate() {
                *block = philox([base.wrapping_add(lane as u32), 0, offset[0], offset[1]], key);
            }
            out.copy_from_slice(&blocks.as_flattened()[..out.len()]);
        }
    }
}
