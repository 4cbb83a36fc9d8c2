//! The first layer over embeddings and its gradients, an element at a time.

use super::array::{input, optional, write};
use crate::{Call, KernelDef};
use ndarray::{Array1, Array2, ArrayD, Ix2, s};
use std::collections::BTreeMap;
use talray_core::{Error, Result};

pub static EMBEDDING_MATMUL: KernelDef = KernelDef { op: "embedding_matmul", run, strided: true };
pub static EMBEDDING_MATMUL_GRAD: KernelDef = KernelDef { op: "embedding_matmul_grad", run: grad, strided: true };

fn run(call: &mut Call<'_>) -> Result<()> {
    let (table, kernel) = (matrix(input(call, 0)?)?, matrix(input(call, 2)?)?);
    let places = places(&matrix(input(call, 1)?)?, table.nrows())?;
    let x = optional(call, 3)?.map(matrix).transpose()?;
    write(call, 0, &concatenated(&table, &places, x.as_ref()).dot(&kernel).into_dyn())
}

fn grad(call: &mut Call<'_>) -> Result<()> {
    let (table, kernel, dy) = (matrix(input(call, 1)?)?, matrix(input(call, 2)?)?, matrix(input(call, 3)?)?);
    let places = places(&matrix(input(call, 0)?)?, table.nrows())?;
    let x = optional(call, 4)?.map(matrix).transpose()?;
    let dim = table.ncols();
    let dflat = dy.dot(&kernel.t());
    let mut sums: BTreeMap<(usize, usize), Array1<f64>> = BTreeMap::new();
    for ((row, column), place) in places.indexed_iter() {
        let part = dflat.slice(s![row, column * dim..(column + 1) * dim]);
        *sums.entry((column, *place)).or_insert_with(|| Array1::zeros(dim)) += &part;
    }
    // The outputs have room for as many pairs as there can be.
    let room = call.outputs[0].shape[0];
    let mut distinct = Array1::<f64>::zeros(room);
    let mut vectors = Array2::<f64>::zeros((room, dim));
    for (i, ((_, place), sum)) in sums.iter().enumerate() {
        distinct[i] = *place as f64;
        vectors.row_mut(i).assign(sum);
    }
    write(call, 0, &distinct.into_dyn())?;
    write(call, 1, &vectors.into_dyn())?;
    call.set_len(0, sums.len());
    call.set_len(1, sums.len());
    write(call, 2, &concatenated(&table, &places, x.as_ref()).t().dot(&dy).into_dyn())
}

fn matrix(x: ArrayD<f64>) -> Result<Array2<f64>> {
    x.into_dimensionality::<Ix2>().map_err(|e| Error::internal(e.to_string()))
}

/// Ids as rows of the table.
fn places(ids: &Array2<f64>, rows: usize) -> Result<Array2<usize>> {
    if let Some(id) = ids.iter().find(|id| !(-(rows as f64)..rows as f64).contains(*id)) {
        return Err(Error::shape(format!("id {id} is outside a table of {rows} rows")));
    }
    Ok(ids.mapv(|id| if id < 0.0 { id + rows as f64 } else { id } as usize))
}

/// The vectors of a row's ids beside each other, then its numbers.
fn concatenated(table: &Array2<f64>, places: &Array2<usize>, x: Option<&Array2<f64>>) -> Array2<f64> {
    let (batch, n, dim) = (places.nrows(), places.ncols(), table.ncols());
    let numbers = x.map_or(0, Array2::ncols);
    Array2::from_shape_fn((batch, n * dim + numbers), |(row, k)| match x {
        Some(x) if k >= n * dim => x[[row, k - n * dim]],
        _ => table[[places[[row, k / dim]], k % dim]],
    })
}
