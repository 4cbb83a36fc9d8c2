//! Pooled lookups, a bag at a time.

use super::array::{input, optional, write};
use crate::{Call, KernelDef};
use ndarray::{Array2, ArrayD};
use talray_core::{Error, Result};

pub static EMBEDDING_BAG: KernelDef = KernelDef { op: "embedding_bag", run, strided: true };

fn run(call: &mut Call<'_>) -> Result<()> {
    let (table, ids) = (input(call, 0)?, input(call, 1)?);
    let weights = optional(call, 3)?.map(|w| w.iter().copied().collect::<Vec<f64>>());
    let mode = call.attrs.choice("mode")?;
    let (bags, dim) = (call.outputs[0].shape[0], call.outputs[0].shape[1]);
    let begins: Vec<usize> = match optional(call, 2)? {
        Some(offsets) => offsets.iter().map(|&o| o as usize).collect(),
        None => (0..bags).map(|b| b * ids.shape()[1]).collect(),
    };
    let ids: Vec<f64> = ids.iter().copied().collect();
    let rising = begins.windows(2).all(|pair| pair[0] <= pair[1]);
    if !rising || begins.first().is_some_and(|&b| b != 0) || begins.last().is_some_and(|&b| b > ids.len()) {
        let n = ids.len();
        return Err(Error::option(format!("offsets begin with 0, do not decrease and stay within {n} ids; received {begins:?}")));
    }
    let mut out = Array2::<f64>::zeros((bags, dim));
    for bag in 0..bags {
        let end = begins.get(bag + 1).copied().unwrap_or(ids.len());
        let (mut sum, mut squares) = (0.0, 0.0);
        for i in begins[bag]..end {
            let rows = table.shape()[0] as f64;
            let id = if ids[i] < 0.0 { ids[i] + rows } else { ids[i] };
            if !(0.0..rows).contains(&id) {
                return Err(Error::shape(format!("id {} at position {i} is outside a table of {rows} rows", ids[i])));
            }
            let w = weights.as_ref().map_or(1.0, |w| w[i]);
            (sum, squares) = (sum + w, squares + w * w);
            for d in 0..dim {
                out[[bag, d]] += w * table[[id as usize, d]];
            }
        }
        let divisor = match mode {
            "mean" => sum,
            "sqrtn" => f64::sqrt(squares),
            _ => 1.0,
        };
        out.row_mut(bag).mapv_inplace(|v| if divisor == 0.0 { 0.0 } else { v / divisor });
    }
    let out: ArrayD<f64> = out.into_dyn();
    write(call, 0, &out)
}
