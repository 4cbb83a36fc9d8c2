//! Resizing one axis after the other: rows `[size after the axis]` are weighted sums of rows.

use super::work::{Stored, Work, around, floats};
use crate::simd::{Isa, Kernel, dispatch};
use crate::{Call, KernelDef, Pool};
use talray_core::Result;
use talray_core::rules::resize::Method;

pub static RESIZE: KernelDef = KernelDef { op: "resize", run: |call| run(call, false), strided: false };

pub static RESIZE_GRAD: KernelDef = KernelDef { op: "resize_grad", run: |call| run(call, true), strided: false };

fn run(call: &mut Call<'_>, back: bool) -> Result<()> {
    let method = Method::of(call.attrs)?;
    let (x, pool) = (call.input(0)?, call.pool);
    let mut out = call.output(0);
    let shape = out.shape.clone();
    floats!(x.dtype, T => {
        let mut sizes = x.shape.to_vec();
        let mut data = T::wide(x.slice::<T>()?).into_owned();
        for axis in 1..sizes.len() - 1 {
            let (n, to) = (sizes[axis], shape[axis]);
            let takes = takes(&method, n, to, back);
            let (outer, _, inner) = around(&sizes, axis);
            let mut next = vec![<T as Stored>::Work::ZERO; outer * to * inner];
            along(pool, &data, &mut next, [n, to, inner], &takes);
            sizes[axis] = to;
            data = next;
        }
        T::narrow(&data, out.slice::<T>()?);
    });
    Ok(())
}

/// For each of `to` rows the rows it takes, with weights; `back`: as the gradient of a resize from `to` to `n`.
fn takes(method: &Method, n: usize, to: usize, back: bool) -> Vec<Vec<(usize, f64)>> {
    let mut takes = vec![Vec::new(); to];
    let spans = if back { method.spans(to, n) } else { method.spans(n, to) };
    for (i, span) in spans.into_iter().enumerate() {
        for (k, w) in span.weights.into_iter().enumerate() {
            if back {
                takes[span.start + k].push((i, w));
            } else {
                takes[i].push((span.start + k, w));
            }
        }
    }
    takes
}

/// `[outer, n, inner]` to `[outer, to, inner]`.
fn along<W: Work>(pool: &Pool, from: &[W], into: &mut [W], [n, to, inner]: [usize; 3], takes: &[Vec<(usize, f64)>]) {
    if into.is_empty() {
        return;
    }
    pool.for_each_chunk(into, to * inner, |o, block| {
        for (row, takes) in block.chunks_exact_mut(inner).zip(takes) {
            for &(i, w) in takes {
                let at = (o * n + i) * inner;
                dispatch(AddScaled { row, from: &from[at..at + inner], weight: W::from_f64(w) });
            }
        }
    });
}

struct AddScaled<'a, W> {
    row: &'a mut [W],
    from: &'a [W],
    weight: W,
}

impl<W: Work> Kernel for AddScaled<'_, W> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, _: S) {
        self.row.iter_mut().zip(self.from).for_each(|(r, &v)| *r += v * self.weight);
    }
}
