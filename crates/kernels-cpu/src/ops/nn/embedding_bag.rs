//! Pooled lookups: each bag's rows are summed where they stand in the table, bags in fixed chunks.

use super::work::{Stored, Work, floats};
use crate::simd::{Isa, Kernel, dispatch};
use crate::{Call, Element, Input, KernelDef, dispatch as by_dtype};
use talray_core::{Error, Result};

pub static EMBEDDING_BAG: KernelDef = KernelDef { op: "embedding_bag", run, strided: false };

/// Bags in a chunk.
const BAGS: usize = 64;

fn run(call: &mut Call<'_>) -> Result<()> {
    let (table, ids, pool) = (call.input(0)?, call.input(1)?, call.pool);
    let (rows, dim) = (table.shape[0], table.shape[1]);
    let mode = match call.attrs.choice("mode")? {
        "mean" => Mode::Mean,
        "sqrtn" => Mode::Sqrtn,
        _ => Mode::Sum,
    };
    let bags = call.outputs[0].shape[0];
    let begins = match call.optional(2) {
        Some(offsets) => starts(&offsets, ids.len())?,
        None => (0..=bags).map(|b| b * ids.shape[1]).collect(),
    };
    let ids = places(&ids, rows)?;
    let weights = call.optional(3);
    let mut out = call.output(0);
    if out.is_empty() {
        return Ok(());
    }
    floats!(table.dtype, T => {
        type W = <T as Stored>::Work;
        let table = table.slice::<T>()?;
        let weights: Option<Vec<W>> = match weights {
            None => None,
            Some(w) => Some(by_dtype!(w.dtype, V => w.slice::<V>()?.iter().map(|x| W::from_f64(x.to_f64())).collect())),
        };
        pool.for_each_chunk(out.slice::<T>()?, BAGS * dim, |i, out| T::fill(out, |out| {
            let mut row = vec![W::ZERO; dim];
            for (k, total) in out.chunks_exact_mut(dim).enumerate() {
                let (mut sum, mut squares) = (W::ZERO, W::ZERO);
                for p in begins[i * BAGS + k]..begins[i * BAGS + k + 1] {
                    let w = weights.as_ref().map_or(W::ONE, |w| w[p]);
                    sum += w;
                    squares += w * w;
                    T::widen(&table[ids[p] * dim..(ids[p] + 1) * dim], &mut row);
                    dispatch(Add { total, row: &row, weight: w });
                }
                let divisor = match mode {
                    Mode::Sum => continue,
                    Mode::Mean => sum,
                    Mode::Sqrtn => squares.root(),
                };
                total.iter_mut().for_each(|v| *v = if divisor == W::ZERO { W::ZERO } else { *v / divisor });
            }
        }));
    });
    Ok(())
}

#[derive(Clone, Copy)]
enum Mode {
    Sum,
    Mean,
    Sqrtn,
}

/// Where each bag begins, and the end.
fn starts(offsets: &Input<'_>, n: usize) -> Result<Vec<usize>> {
    let mut starts: Vec<usize> = Vec::with_capacity(offsets.len() + 1);
    by_dtype!(offsets.dtype, I => {
        for (bag, o) in offsets.slice::<I>()?.iter().enumerate() {
            let o = o.to_f64();
            let least = starts.last().copied().unwrap_or(0) as f64;
            if !(least..=n as f64).contains(&o) || (bag == 0 && o != 0.0) {
                return Err(Error::option(format!("offset {o} of bag {bag}: offsets begin with 0, do not decrease and stay within {n} ids")));
            }
            starts.push(o as usize);
        }
    });
    starts.push(n);
    Ok(starts)
}

/// Ids as rows of the table; negative ones count from its end, as in `gather`.
fn places(ids: &Input<'_>, rows: usize) -> Result<Vec<usize>> {
    let place = |(at, id): (usize, i64)| {
        let row = if id < 0 { id + rows as i64 } else { id };
        usize::try_from(row)
            .ok()
            .filter(|r| *r < rows)
            .ok_or_else(|| Error::shape(format!("id {id} at position {at} is outside a table of {rows} rows")))
    };
    match ids.dtype {
        talray_core::DType::I64 => ids.slice::<i64>()?.iter().copied().enumerate().map(place).collect(),
        _ => ids.slice::<i32>()?.iter().map(|&i| i64::from(i)).enumerate().map(place).collect(),
    }
}

struct Add<'a, W> {
    total: &'a mut [W],
    row: &'a [W],
    weight: W,
}

impl<W: Work> Kernel for Add<'_, W> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, _: S) {
        self.total.iter_mut().zip(self.row).for_each(|(t, &v)| *t += v * self.weight);
    }
}
