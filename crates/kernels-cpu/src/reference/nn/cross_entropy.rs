//! Softmax cross-entropies with their residuals.

use super::array::{input, write};
use crate::{Call, KernelDef};
use ndarray::{Array1, ArrayD, Axis};
use talray_core::infer::normalize_axis;
use talray_core::{Error, Result};

pub static SOFTMAX: KernelDef = KernelDef {
    op: "softmax_cross_entropy",
    run: |call| {
        let (x, labels) = (input(call, 0)?, input(call, 1)?);
        let axis = normalize_axis(call.attrs.i64("axis")?, x.ndim())?;
        let lanes = x.lanes(Axis(axis)).into_iter().zip(labels.lanes(Axis(axis)));
        let rows = lanes.map(|(x, z)| {
            let (max, log) = log_sum(x.iter().copied());
            let loss = x.iter().zip(z).map(|(x, z)| if *z == 0.0 { 0.0 } else { z * (log - (x - max)) }).sum();
            (loss, max, log)
        });
        give(call, rows.collect())
    },
    strided: true,
};

pub static SPARSE: KernelDef = KernelDef {
    op: "sparse_softmax_cross_entropy",
    run: |call| {
        let (x, labels) = (input(call, 0)?, input(call, 1)?);
        let classes = x.shape()[x.ndim() - 1];
        let mut rows = Vec::new();
        for (x, &label) in x.lanes(Axis(x.ndim() - 1)).into_iter().zip(labels.iter()) {
            if !(0.0..classes as f64).contains(&label) {
                return Err(Error::option(format!("label {label} is outside the classes 0 to {}", classes as i64 - 1)));
            }
            let (max, log) = log_sum(x.iter().copied());
            rows.push((log - (x[label as usize] - max), max, log));
        }
        give(call, rows)
    },
    strided: true,
};

fn log_sum(x: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let max = x.clone().fold(f64::NEG_INFINITY, f64::max);
    (max, x.map(|v| (v - max).exp()).sum::<f64>().ln())
}

fn give(call: &mut Call<'_>, rows: Vec<(f64, f64, f64)>) -> Result<()> {
    let column = |part: fn(&(f64, f64, f64)) -> f64| -> ArrayD<f64> { rows.iter().map(part).collect::<Array1<f64>>().into_dyn() };
    write(call, 0, &column(|r| r.0))?;
    write(call, 1, &column(|r| r.1))?;
    write(call, 2, &column(|r| r.2))
}
