//! Softmax cross-entropies with their residuals, a chunk of rows at a time.

use super::work::{Stored, Work, around, exp_in_place, floats, max_of, rows_per_chunk, sum_of};
use crate::simd::{Isa, Kernel, dispatch};
use crate::{Call, Element, Input, KernelDef, dispatch as by_dtype};
use talray_core::infer::normalize_axis;
use talray_core::{Error, Result};

pub static SOFTMAX: KernelDef = KernelDef { op: "softmax_cross_entropy", run: dense, strided: false };

pub static SPARSE: KernelDef = KernelDef { op: "sparse_softmax_cross_entropy", run: sparse, strided: false };

fn dense(call: &mut Call<'_>) -> Result<()> {
    let (x, labels) = (call.input(0)?, call.input(1)?);
    let axis = normalize_axis(call.attrs.i64("axis")?, x.shape.len())?;
    let (_, n, inner) = around(x.shape, axis);
    floats!(x.dtype, T => {
        let (x, z) = (x.slice::<T>()?, labels.slice::<T>()?);
        if inner == 1 {
            rows(call, x, n, Target::Distribution(z))
        } else {
            let (x, z) = (rows_of(x, n, inner), rows_of(z, n, inner));
            rows(call, &x, n, Target::Distribution(&z))
        }
    })
}

fn sparse(call: &mut Call<'_>) -> Result<()> {
    let x = call.input(0)?;
    let n = x.shape[x.shape.len() - 1];
    let labels = classes(&call.input(1)?, n)?;
    floats!(x.dtype, T => rows(call, x.slice::<T>()?, n, Target::Class(&labels)))
}

/// `[outer, n, inner]` as rows `[outer, inner, n]`.
fn rows_of<T: Copy>(x: &[T], n: usize, inner: usize) -> Vec<T> {
    let block = (n * inner).max(1);
    let element = |i: usize| x[i / block * block + i % n * inner + i % block / n];
    (0..x.len()).map(element).collect()
}

/// The labels as indices, each below `n`.
fn classes(labels: &Input<'_>, n: usize) -> Result<Vec<usize>> {
    by_dtype!(labels.dtype, I => {
        labels.slice::<I>()?.iter().enumerate().map(|(row, l)| {
            let label = l.to_f64();
            if (0.0..n as f64).contains(&label) {
                return Ok(label as usize);
            }
            Err(Error::option(format!("label {label} at position {row} is outside the classes 0 to {}", n as i64 - 1)))
        }).collect()
    })
}

/// What the logits of a row are compared with.
#[derive(Clone, Copy)]
enum Target<'a, T> {
    Distribution(&'a [T]),
    Class(&'a [usize]),
}

fn rows<T: Stored>(call: &mut Call<'_>, x: &[T], n: usize, target: Target<'_, T>) -> Result<()> {
    let pool = call.pool;
    let (mut loss, mut max, mut log) = (call.output(0), call.output(1), call.output(2));
    let size = rows_per_chunk(n);
    let (loss, max, log) = (loss.slice::<T>()?, max.slice::<T>()?, log.slice::<T>()?);
    let mut chunks: Vec<_> = loss.chunks_mut(size).zip(max.chunks_mut(size).zip(log.chunks_mut(size))).collect();
    pool.for_each_chunk(&mut chunks, 1, |i, chunk| {
        let (loss, (max, log)) = &mut chunk[0];
        let (first, count) = (i * size, loss.len());
        let zeros = |n: usize| vec![T::Work::ZERO; n];
        let mut wide = zeros(count * n);
        T::widen(&x[first * n..(first + count) * n], &mut wide);
        let mut row =
            Rows { x: &mut wide, n, loss: zeros(count), max: zeros(count), log: zeros(count), labels: None, classes: None };
        match target {
            Target::Class(classes) => row.classes = Some(&classes[first..first + count]),
            Target::Distribution(z) => {
                let mut labels = zeros(count * n);
                T::widen(&z[first * n..(first + count) * n], &mut labels);
                row.labels = Some(labels);
            }
        }
        let [a, b, c] = dispatch(row);
        T::narrow(&a, loss);
        T::narrow(&b, max);
        T::narrow(&c, log);
    });
    Ok(())
}

/// Rows of `n` logits with what is found for each.
struct Rows<'a, W> {
    x: &'a mut [W],
    n: usize,
    loss: Vec<W>,
    max: Vec<W>,
    log: Vec<W>,
    labels: Option<Vec<W>>,
    classes: Option<&'a [usize]>,
}

impl<W: Work> Kernel for Rows<'_, W> {
    type Output = [Vec<W>; 3];

    #[inline(always)]
    fn run<S: Isa>(mut self, isa: S) -> [Vec<W>; 3] {
        let n = self.n;
        if n == 0 {
            // An empty sum has the logarithm −∞.
            self.max.fill(W::LOWEST);
            self.log.fill(W::LOWEST);
            return [self.loss, self.max, self.log];
        }
        for (row, max) in self.x.chunks_exact_mut(n).zip(&mut self.max) {
            *max = max_of(row);
            let max = *max;
            row.iter_mut().for_each(|v| *v = *v - max);
        }
        let mut e = self.x.to_vec();
        exp_in_place(isa, &mut e);
        for (row, log) in e.chunks_exact(n).zip(&mut self.log) {
            *log = sum_of(row, |v| v).log();
        }
        if let Some(classes) = self.classes {
            for (r, (loss, &class)) in self.loss.iter_mut().zip(classes).enumerate() {
                *loss = self.log[r] - self.x[r * n + class];
            }
        }
        if let Some(labels) = &self.labels {
            for (r, loss) in self.loss.iter_mut().enumerate() {
                let log = self.log[r];
                let terms = e[r * n..].iter_mut().zip(&self.x[r * n..(r + 1) * n]).zip(&labels[r * n..(r + 1) * n]);
                terms.for_each(|((term, &x), &z)| *term = if z == W::ZERO { W::ZERO } else { z * (log - x) });
                *loss = sum_of(&e[r * n..(r + 1) * n], |v| v);
            }
        }
        [self.loss, self.max, self.log]
    }
}
