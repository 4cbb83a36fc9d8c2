//! `gather`

use talray_core::Result;
use talray_core::infer::normalize_axis;

use crate::families::copy::{elements, elements_mut};
use crate::families::gather::{gather, indices};
use crate::{Call, Input, KernelDef, by_index, by_size};

pub static DEF: KernelDef = KernelDef { op: "gather", run, strided: false };

fn run(call: &mut Call<'_>) -> Result<()> {
    let (x, at) = (call.input(0)?, call.input(1)?);
    let axis = normalize_axis(call.attrs.i64("axis")?, x.shape.len())?;
    let batch = call.attrs.usize("batch_dims")?;
    let size = |dims: &[usize]| dims.iter().product::<usize>();
    let sizes = (size(&x.shape[..axis]), x.shape[axis], size(&x.shape[axis + 1..]));
    let index_batches = size(&x.shape[..batch]);
    let pool = call.pool;
    let out = call.output(0);
    by_size!(x.dtype.size(), T => by_index!(at.dtype, I => {
        let src = contiguous::<T>(&x)?;
        gather(src, sizes, indices::<I>(&at)?, index_batches, elements_mut(out.bytes)?, pool)
    }))
}

/// The elements of a contiguous input as a type of the size of its dtype.
pub fn contiguous<'a, T: bytemuck::Pod>(x: &Input<'a>) -> Result<&'a [T]> {
    let n = x.len();
    Ok(if n == 0 { &[] } else { &elements(x.bytes)?[x.offset..x.offset + n] })
}
