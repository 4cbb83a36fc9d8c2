//! Matrix products, one multiplication at a time. Floats sum in f64 (f64 in f64), integers wrap.

use crate::{Call, Element, Input, KernelDef, dispatch};
use ndarray::{Array3, ArrayD, IxDyn, s};
use talray_core::{Error, Result};

pub static MATMUL: KernelDef = KernelDef { op: "matmul", run, strided: true };

fn run(call: &mut Call<'_>) -> Result<()> {
    let (a, b) = (call.input(0)?, call.input(1)?);
    let ta = call.attrs.bool("transpose_a")? && a.shape.len() > 1;
    let tb = call.attrs.bool("transpose_b")? && b.shape.len() > 1;
    dispatch!(a.dtype, T => {
        let (a, b) = (matrices::<T>(&a, ta, true)?, matrices::<T>(&b, tb, false)?);
        let batch = broadcast(&a.shape()[..a.ndim() - 2], &b.shape()[..b.ndim() - 2]);
        let (a, b) = (spread(a, &batch)?, spread(b, &batch)?);
        let mut out = call.output(0);
        let (m, n) = (a.shape()[1], b.shape()[2]);
        for (i, slot) in out.slice::<T>()?.iter_mut().enumerate() {
            let row = a.slice(s![i / (m * n), i / n % m, ..]);
            let column = b.slice(s![i / (m * n), .., i % n]);
            let pairs = row.into_iter().copied().zip(column.into_iter().copied());
            *slot = if T::DTYPE.is_float() {
                T::from_f64(pairs.map(|(x, y)| x.to_f64() * y.to_f64()).sum())
            } else {
                wrapping_dot(pairs)
            };
        }
    });
    Ok(())
}

/// `[…, rows, columns]` broadcast to `batch` and flattened to `[batch, rows, columns]`.
fn spread<T: Element>(x: ArrayD<T>, batch: &[usize]) -> Result<Array3<T>> {
    let (rows, columns) = (x.shape()[x.ndim() - 2], x.shape()[x.ndim() - 1]);
    let shape: Vec<usize> = batch.iter().copied().chain([rows, columns]).collect();
    let wide = x.broadcast(IxDyn(&shape)).ok_or_else(|| Error::shape("batch axes do not broadcast"))?;
    let elements = wide.iter().copied().collect();
    Array3::from_shape_vec((batch.iter().product(), rows, columns), elements).map_err(|e| Error::internal(e.to_string()))
}

/// The sum of products of integers modulo two to the power of their width.
fn wrapping_dot<T: Element>(pairs: impl Iterator<Item = (T, T)>) -> T {
    let bytes = std::mem::size_of::<T>();
    let bits = |x: &T| {
        let mut word = [0u8; 8];
        word[..bytes].copy_from_slice(bytemuck::bytes_of(x));
        u64::from_le_bytes(word)
    };
    // The low bits of a product do not depend on how the high bits were extended.
    let sum = pairs.fold(0u64, |s, (x, y)| s.wrapping_add(bits(&x).wrapping_mul(bits(&y))));
    bytemuck::pod_read_unaligned(&sum.to_le_bytes()[..bytes])
}

/// The operand as `[…, rows, columns]`: transposed if asked, a vector as a row or column.
fn matrices<T: Element>(x: &Input<'_>, transpose: bool, row: bool) -> Result<ArrayD<T>> {
    let buffer = x.buffer::<T>()?;
    let mut array = ArrayD::from_shape_fn(IxDyn(x.shape), |index| {
        let at: isize = (0..x.shape.len()).map(|d| index[d] as isize * x.strides[d]).sum();
        buffer[(x.offset as isize + at) as usize]
    });
    let rank = array.ndim();
    if rank == 1 {
        array = array.insert_axis(ndarray::Axis(usize::from(!row)));
    } else if transpose {
        array.swap_axes(rank - 2, rank - 1);
    }
    Ok(array)
}

fn broadcast(a: &[usize], b: &[usize]) -> Vec<usize> {
    let rank = a.len().max(b.len());
    let at = |x: &[usize], i: usize| (i + x.len()).checked_sub(rank).map_or(1, |i| x[i]);
    (0..rank).map(|i| if at(a, i) == 1 { at(b, i) } else { at(a, i) }).collect()
}
