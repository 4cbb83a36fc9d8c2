//! The first layer over embeddings and its gradients, over the distinct ids of each column.

use super::work::{Stored, floats};
use crate::families::distinct::{Column, columns};
use crate::families::gather::{gather, indices};
use crate::simd::embedding::{Layer, forward};
use crate::simd::embedding_grad::backward;
use crate::{Call, Element, Input, KernelDef, Pool, by_index};
use talray_core::Result;

pub static EMBEDDING_MATMUL: KernelDef = KernelDef { op: "embedding_matmul", run, strided: false };
pub static EMBEDDING_MATMUL_GRAD: KernelDef = KernelDef { op: "embedding_matmul_grad", run: grad, strided: false };

fn run(call: &mut Call<'_>) -> Result<()> {
    let (table, ids, kernel, x) = (call.input(0)?, call.input(1)?, call.input(2)?, call.optional(3));
    let (pool, mut out) = (call.pool, call.output(0));
    floats!(table.dtype, T => {
        let lookup = Lookup::<T>::new(&table, &ids, pool)?;
        let (kernel_wide, x_wide) = (T::wide(kernel.slice()?), T::wide(x.map_or(Ok(&[][..]), |x| x.slice())?));
        let layer = lookup.layer(&ids, &kernel, &kernel_wide, &x_wide);
        let mut done = Ok(());
        T::fill_later(out.slice::<T>()?, |out| done = forward(&layer, out, pool));
        done
    })
}

fn grad(call: &mut Call<'_>) -> Result<()> {
    let (ids, table, kernel, dy, x) = (call.input(0)?, call.input(1)?, call.input(2)?, call.input(3)?, call.optional(4));
    let pool = call.pool;
    let (mut distinct, mut rows, mut out) = (call.output(0), call.output(1), call.output(2));
    let pairs = floats!(table.dtype, T => {
        let lookup = Lookup::<T>::new(&table, &ids, pool)?;
        let (kernel_wide, x_wide) = (T::wide(kernel.slice()?), T::wide(x.map_or(Ok(&[][..]), |x| x.slice())?));
        let layer = lookup.layer(&ids, &kernel, &kernel_wide, &x_wide);
        let dy = T::wide(dy.slice()?);
        let mut done = Ok(());
        let rows = &mut rows.slice::<T>()?[..lookup.vectors.len()];
        T::fill_later(rows, |rows| {
            let kernel = out.slice::<T>();
            done = kernel.and_then(|kernel| {
                let mut done = Ok(());
                T::fill_later(kernel, |kernel| done = backward(&layer, &dy, rows, kernel, pool));
                done
            });
        });
        done?;
        by_index!(ids.dtype, I => {
            let all = lookup.columns.iter().flat_map(|c| c.rows());
            distinct.slice::<I>()?.iter_mut().zip(all).for_each(|(id, row)| *id = I::from_f64(*row as f64));
        });
        lookup.pairs
    });
    call.set_len(0, pairs);
    call.set_len(1, pairs);
    Ok(())
}

/// The distinct ids of each column, and their vectors.
struct Lookup<T: Stored> {
    columns: Vec<Column>,
    pairs: usize,
    /// `[pairs, dim]`
    vectors: Vec<T::Work>,
    dim: usize,
}

impl<T: Stored> Lookup<T> {
    fn new(table: &Input<'_>, ids: &Input<'_>, pool: &Pool) -> Result<Self> {
        let (rows, dim, n) = (table.shape[0], table.shape[1], ids.shape[1]);
        let columns = by_index!(ids.dtype, I => columns(indices::<I>(ids)?, n, rows, pool)?);
        let all: Vec<i64> = columns.iter().flat_map(|c| c.rows()).map(|row| *row as i64).collect();
        let mut picked = vec![T::from_f64(0.0); all.len() * dim];
        gather(table.slice::<T>()?, (1, rows, dim), &all, 1, &mut picked, pool)?;
        Ok(Lookup { columns, pairs: all.len(), vectors: T::widened(picked), dim })
    }

    fn layer<'a>(&'a self, ids: &Input<'_>, kernel: &Input<'_>, data: &'a [T::Work], x: &'a [T::Work]) -> Layer<'a, T::Work> {
        let (inner, units) = (kernel.shape[0], kernel.shape[1]);
        Layer {
            columns: &self.columns,
            batch: ids.shape[0],
            vectors: &self.vectors,
            dim: self.dim,
            kernel: data,
            units,
            x,
            numbers: inner - ids.shape[1] * self.dim,
        }
    }
}
