//! Pools and their gradients, a window at a time.

use super::array::{input, write};
use crate::families::windows::Geometry;
use crate::{Call, KernelDef};
use ndarray::{ArrayD, IxDyn};
use talray_core::rules::pooling::windows_of;
use talray_core::{Error, Result};

pub static MAX: KernelDef = KernelDef {
    op: "pool_max",
    run: |call| {
        let x = flat(call, 0)?;
        let full = call.input(0)?.shape.to_vec();
        visit(call, &full, |window, out, y| out[y] = x[first_max(&x, window)])
    },
    strided: true,
};

pub static MAX_GRAD: KernelDef = KernelDef {
    op: "pool_max_grad",
    run: |call| {
        let (x, dy) = (flat(call, 0)?, flat(call, 1)?);
        let full = call.input(0)?.shape.to_vec();
        visit(call, &full, |window, out, y| out[first_max(&x, window)] += dy[y])
    },
    strided: true,
};

pub static MAX_PICK: KernelDef = KernelDef {
    op: "pool_max_pick",
    run: |call| {
        let (x, u) = (flat(call, 0)?, flat(call, 1)?);
        let full = call.input(0)?.shape.to_vec();
        visit(call, &full, |window, out, y| out[y] = u[first_max(&x, window)])
    },
    strided: true,
};

pub static AVG: KernelDef = KernelDef {
    op: "pool_avg",
    run: |call| {
        let x = flat(call, 0)?;
        let full = call.input(0)?.shape.to_vec();
        visit(call, &full, |window, out, y| out[y] = window.iter().map(|&i| x[i]).sum::<f64>() / window.len() as f64)
    },
    strided: true,
};

pub static AVG_GRAD: KernelDef = KernelDef {
    op: "pool_avg_grad",
    run: |call| {
        let dy = flat(call, 0)?;
        let full = call.outputs[0].shape.to_vec();
        visit(call, &full, |window, out, y| window.iter().for_each(|&i| out[i] += dy[y] / window.len() as f64))
    },
    strided: true,
};

fn flat(call: &Call<'_>, i: usize) -> Result<Vec<f64>> {
    Ok(input(call, i)?.iter().copied().collect())
}

/// The place of the first largest element; NaN counts as larger than all.
fn first_max(x: &[f64], window: &[usize]) -> usize {
    window
        .iter()
        .copied()
        .reduce(|best, i| if x[i] > x[best] || (x[i].is_nan() && !x[best].is_nan()) { i } else { best })
        .unwrap_or(0)
}

/// Calls `f(places in x of the window's elements, output, place in y)` for each window and channel of
/// an x of shape `full`, and writes the output.
fn visit(call: &mut Call<'_>, full: &[usize], f: impl Fn(&[usize], &mut [f64], usize)) -> Result<()> {
    let rank = full.len();
    let geometry = Geometry::new(&full[1..rank - 1], &windows_of(call.attrs, rank - 2)?)?;
    let channels = full[rank - 1];
    let shape = IxDyn(&call.outputs[0].shape);
    let mut out = vec![0.0; call.outputs[0].len()];
    for b in 0..full[0] {
        for o in 0..geometry.outputs() {
            for c in 0..channels {
                let mut window = Vec::new();
                geometry.each_tap(o, |_, source| window.push((b * geometry.inputs() + source) * channels + c));
                f(&window, &mut out, (b * geometry.outputs() + o) * channels + c);
            }
        }
    }
    let out = ArrayD::from_shape_vec(shape, out).map_err(|e| Error::internal(e.to_string()))?;
    write(call, 0, &out)
}
