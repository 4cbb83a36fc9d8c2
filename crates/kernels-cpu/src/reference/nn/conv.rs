//! Convolution and its two gradients, one product at a time: all three visit the same products.

use super::array::{input, write};
use crate::families::windows::Geometry;
use crate::{Call, KernelDef};
use ndarray::{ArrayD, IxDyn};
use talray_core::Result;
use talray_core::rules::convolution::windows_of;

pub static CONV: KernelDef = KernelDef {
    op: "conv",
    run: |call| {
        let (x, kernel) = (flat(call, 0)?, flat(call, 1)?);
        let shape = [call.input(0)?.shape.to_vec(), call.input(1)?.shape.to_vec(), call.outputs[0].shape.to_vec()];
        accumulate(call, &shape, 2, |out, i| out[i[2]] += x[i[0]] * kernel[i[1]])
    },
    strided: true,
};

pub static INPUT_GRAD: KernelDef = KernelDef {
    op: "conv_input_grad",
    run: |call| {
        let (dy, kernel) = (flat(call, 0)?, flat(call, 1)?);
        let shape = [call.outputs[0].shape.to_vec(), call.input(1)?.shape.to_vec(), call.input(0)?.shape.to_vec()];
        accumulate(call, &shape, 0, |out, i| out[i[0]] += dy[i[2]] * kernel[i[1]])
    },
    strided: true,
};

pub static KERNEL_GRAD: KernelDef = KernelDef {
    op: "conv_kernel_grad",
    run: |call| {
        let (x, dy) = (flat(call, 0)?, flat(call, 1)?);
        let shape = [call.input(0)?.shape.to_vec(), call.outputs[0].shape.to_vec(), call.input(1)?.shape.to_vec()];
        accumulate(call, &shape, 1, |out, i| out[i[1]] += x[i[0]] * dy[i[2]])
    },
    strided: true,
};

fn flat(call: &Call<'_>, i: usize) -> Result<Vec<f64>> {
    Ok(input(call, i)?.iter().copied().collect())
}

/// Fills the output, which is number `own` of (x, kernel, y) with the shapes `[x, kernel, y]`: calls
/// `add(output, [place in x, place in kernel, place in y])` for every product of the convolution.
fn accumulate(
    call: &mut Call<'_>,
    [x, kernel, y]: &[Vec<usize>; 3],
    own: usize,
    add: impl Fn(&mut [f64], [usize; 3]),
) -> Result<()> {
    let rank = x.len();
    let geometry = Geometry::new(&x[1..rank - 1], &windows_of(call.attrs, kernel)?)?;
    let (channels, per_group, filters) = (x[rank - 1], kernel[rank - 2], kernel[rank - 1]);
    let groups = channels.checked_div(per_group).unwrap_or(1).max(1);
    let shape = IxDyn([x, kernel, y][own]);
    let mut out = vec![0.0; [x, kernel, y][own].iter().product()];
    for b in 0..x[0] {
        for o in 0..geometry.outputs() {
            geometry.each_tap(o, |tap, source| {
                for f in 0..filters {
                    let first = f / (filters / groups) * per_group;
                    for c in 0..per_group {
                        let at_x = (b * geometry.inputs() + source) * channels + first + c;
                        let at_y = (b * geometry.outputs() + o) * filters + f;
                        add(&mut out, [at_x, (tap * per_group + c) * filters + f, at_y]);
                    }
                }
            });
        }
    }
    let out = ArrayD::from_shape_vec(shape, out).map_err(|e| talray_core::Error::internal(e.to_string()))?;
    write(call, 0, &out)
}
