//! Layer, batch and RMS normalisation: statistics lane by lane over the axes that are reduced.

use super::array::{input, optional, write};
use crate::{Call, KernelDef};
use ndarray::{ArrayD, Axis, IxDyn};
use talray_core::Result;
use talray_core::infer::{normalize_axes, normalize_axis};

pub static LAYER: KernelDef = KernelDef {
    op: "layer_normalization",
    run: |call| {
        let x = input(call, 0)?;
        let axes = normalize_axes(call.attrs, "axis", x.ndim())?.to_vec();
        let mean = mean_over(&x, &axes);
        let centred = &x - &mean;
        let epsilon = call.attrs.f64("epsilon")?;
        let rstd = mean_over(&(&centred * &centred), &axes).mapv(|v| 1.0 / (v + epsilon).sqrt());
        let out = scaled(call, &centred * &rstd, &axes, 2)?;
        write(call, 0, &out)?;
        write(call, 1, &mean)?;
        write(call, 2, &rstd)
    },
    strided: true,
};

pub static BATCH: KernelDef = KernelDef {
    op: "batch_normalization",
    run: |call| {
        let x = input(call, 0)?;
        let axis = normalize_axis(call.attrs.i64("axis")?, x.ndim())?;
        let axes: Vec<usize> = (0..x.ndim()).filter(|&i| i != axis).collect();
        let mean = mean_over(&x, &axes);
        let centred = &x - &mean;
        let variance = mean_over(&(&centred * &centred), &axes);
        let epsilon = call.attrs.f64("epsilon")?;
        let xhat = &centred / &variance.mapv(|v| (v + epsilon).sqrt());
        let out = scaled(call, xhat, &[axis], 2)?;
        write(call, 0, &out)?;
        write(call, 1, &mean)?;
        write(call, 2, &variance)
    },
    strided: true,
};

pub static RMS: KernelDef = KernelDef {
    op: "rms_normalization",
    run: |call| {
        let x = input(call, 0)?;
        let axes = normalize_axes(call.attrs, "axis", x.ndim())?.to_vec();
        let epsilon = call.attrs.f64("epsilon")?;
        let rstd = mean_over(&(&x * &x), &axes).mapv(|v| 1.0 / (v + epsilon).sqrt());
        let out = scaled(call, &x * &rstd, &axes, 1)?;
        write(call, 0, &out)?;
        write(call, 1, &rstd)
    },
    strided: true,
};

/// The mean over `axes`, which stay with size 1.
fn mean_over(x: &ArrayD<f64>, axes: &[usize]) -> ArrayD<f64> {
    let mut m = x.clone();
    let mut n = 1.0;
    for &a in axes {
        n *= x.shape()[a] as f64;
        m = m.sum_axis(Axis(a)).insert_axis(Axis(a));
    }
    m / n
}

/// `xhat·gamma + beta`, with gamma (input 1) and beta (input 2, if `params` is 2) along `axes`.
fn scaled(call: &Call<'_>, mut xhat: ArrayD<f64>, axes: &[usize], params: usize) -> Result<ArrayD<f64>> {
    let along: Vec<usize> = (0..xhat.ndim()).map(|i| if axes.contains(&i) { xhat.shape()[i] } else { 1 }).collect();
    for i in 1..=params {
        let Some(p) = optional(call, i)? else { continue };
        let values: Vec<f64> = p.iter().copied().collect();
        let p = ArrayD::from_shape_vec(IxDyn(&along), values).map_err(|e| talray_core::Error::internal(e.to_string()))?;
        if i == 1 {
            xhat *= &p;
        } else {
            xhat += &p;
        }
    }
    Ok(xhat)
}
