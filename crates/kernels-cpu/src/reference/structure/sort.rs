//! Orders, by the standard library's stable sort.

use ndarray::{ArrayD, Axis, Dimension, IxDyn};
use std::cmp::Ordering;
use talray_core::Result;

use super::array::{Number, axis, by_kind, input};
use crate::{Call, KernelDef};

macro_rules! kernels {
    ($($def:ident $op:literal $run:ident;)*) => { $(
        pub static $def: KernelDef =
            KernelDef { op: $op, run: |call| by_kind!(call.input(0)?.dtype, N => $run::<N>(call)), strided: true };
    )* };
}
kernels! {
    SORT "sort" sort;
    ARGSORT "argsort" argsort;
    TOP_K "top_k" top_k;
    SEARCH_SORTED "search_sorted" search_sorted;
    UNIQUE "unique" unique;
    NONZERO "nonzero" nonzero;
}

/// Increasing or decreasing, NaN last.
fn compare<N: Number>(x: N, y: N, falling: bool) -> Ordering {
    match (x.nan(), y.nan()) {
        (false, false) if falling => y.partial_cmp(&x).unwrap_or(Ordering::Equal),
        (false, false) => x.partial_cmp(&y).unwrap_or(Ordering::Equal),
        (a, b) => a.cmp(&b),
    }
}

fn positions<N: Number>(line: &[N], falling: bool) -> Vec<usize> {
    let mut at: Vec<usize> = (0..line.len()).collect();
    at.sort_by(|&i, &j| compare(line[i], line[j], falling));
    at
}

fn sort<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let x = input::<N>(call, 0)?;
    let (axis, falling) = (Axis(axis(call, x.ndim())?), call.attrs.bool("descending")?);
    let mut y = x.clone();
    for (x, mut y) in x.lanes(axis).into_iter().zip(y.lanes_mut(axis)) {
        let line = x.to_vec();
        positions(&line, falling).into_iter().enumerate().for_each(|(i, p)| y[i] = line[p]);
    }
    N::write(call, 0, &y)
}

fn argsort<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let x = input::<N>(call, 0)?;
    let (axis, falling) = (Axis(axis(call, x.ndim())?), call.attrs.bool("descending")?);
    let mut y = x.mapv(|_| 0i128);
    for (x, mut y) in x.lanes(axis).into_iter().zip(y.lanes_mut(axis)) {
        positions(&x.to_vec(), falling).into_iter().enumerate().for_each(|(i, p)| y[i] = p as i128);
    }
    i128::write(call, 0, &y)
}

fn top_k<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let x = input::<N>(call, 0)?;
    let k = call.attrs.usize("k")?;
    let (mut values, mut indices) = (Vec::new(), Vec::new());
    for x in x.lanes(Axis(x.ndim() - 1)) {
        let line = x.to_vec();
        for p in positions(&line, true).into_iter().take(k) {
            values.push(line[p]);
            indices.push(p as i128);
        }
    }
    N::write(call, 0, &ArrayD::from_shape_fn(IxDyn(&[values.len()]), |i| values[i[0]]))?;
    i128::write(call, 1, &ArrayD::from_shape_fn(IxDyn(&[indices.len()]), |i| indices[i[0]]))
}

fn search_sorted<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let (sorted, values) = (input::<N>(call, 0)?, input::<N>(call, 1)?);
    let right = call.attrs.choice("side")? == "right";
    let shared = sorted.ndim() == 1;
    let y = ArrayD::from_shape_fn(values.raw_dim(), |index| {
        let mut row = sorted.view();
        if !shared {
            for d in 0..index.ndim() - 1 {
                row = row.index_axis_move(Axis(0), index[d]);
            }
        }
        let v = values[index];
        row.iter().filter(|&&s| compare(s, v, false) < if right { Ordering::Greater } else { Ordering::Equal }).count() as i128
    });
    i128::write(call, 0, &y)
}

fn unique<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let x = input::<N>(call, 0)?;
    let line: Vec<N> = x.iter().copied().collect();
    let mut inverse = vec![0i128; line.len()];
    let (mut values, mut counts): (Vec<N>, Vec<i128>) = (Vec::new(), Vec::new());
    for p in positions(&line, false) {
        match values.last() {
            Some(&last) if compare(last, line[p], false) == Ordering::Equal => {}
            _ => {
                values.push(line[p]);
                counts.push(0);
            }
        }
        inverse[p] = values.len() as i128 - 1;
        counts[values.len() - 1] += 1;
    }
    let n = values.len();
    N::write(call, 0, &ArrayD::from_shape_fn(IxDyn(&[n]), |i| values[i[0]]))?;
    i128::write(call, 1, &ArrayD::from_shape_fn(IxDyn(&[inverse.len()]), |i| inverse[i[0]]))?;
    i128::write(call, 2, &ArrayD::from_shape_fn(IxDyn(&[n]), |i| counts[i[0]]))?;
    call.set_len(0, n);
    call.set_len(2, n);
    Ok(())
}

fn nonzero<N: Number>(call: &mut Call<'_>) -> Result<()> {
    let x = input::<N>(call, 0)?;
    let mut found = Vec::new();
    let mut n = 0;
    for (index, x) in x.indexed_iter() {
        if *x != N::ZERO {
            found.extend((0..index.ndim()).map(|d| index[d] as i128));
            n += 1;
        }
    }
    i128::write(call, 0, &ArrayD::from_shape_fn(IxDyn(&[found.len()]), |i| found[i[0]]))?;
    call.set_len(0, n);
    Ok(())
}
