//! `unique`, `nonzero`: as many results as the data has.

use talray_core::Result;

use crate::families::copy::elements_mut;
use crate::families::sort::{Sorter, keys};
use crate::ops::structure::gather::contiguous;
use crate::{Call, Element, KernelDef, by_size, dispatch};

pub static UNIQUE: KernelDef = KernelDef { op: "unique", run: unique, strided: false };
pub static NONZERO: KernelDef = KernelDef { op: "nonzero", run: nonzero, strided: false };

fn unique(call: &mut Call<'_>) -> Result<()> {
    let x = call.input(0)?;
    let keys = keys(&x, false)?;
    let (values, mut inverse, mut counts) = (call.output(0), call.output(1), call.output(2));
    let (inverse, counts) = (inverse.slice::<i32>()?, counts.slice::<i32>()?);
    // The first position of each distinct element.
    let mut firsts: Vec<u32> = Vec::new();
    Sorter::default().order(keys.iter().copied(), x.dtype.size() <= 4, keys.len(), |_, at| {
        if firsts.last().is_none_or(|&first| keys[first as usize] != keys[at as usize]) {
            counts[firsts.len()] = 0;
            firsts.push(at);
        }
        inverse[at as usize] = firsts.len() as i32 - 1;
        counts[firsts.len() - 1] += 1;
    });
    by_size!(x.dtype.size(), T => {
        let x = contiguous::<T>(&x)?;
        elements_mut::<T>(values.bytes)?.iter_mut().zip(&firsts).for_each(|(v, &at)| *v = x[at as usize]);
    });
    call.set_len(0, firsts.len());
    call.set_len(2, firsts.len());
    Ok(())
}

fn nonzero(call: &mut Call<'_>) -> Result<()> {
    let x = call.input(0)?;
    let there: Vec<bool> = dispatch!(x.dtype, T => x.slice::<T>()?.iter().map(|x| x.to_f64() != 0.0).collect());
    let mut out = call.output(0);
    let out = out.slice::<i32>()?;
    let rank = x.shape.len();
    let mut n = 0;
    for (mut at, _) in there.iter().enumerate().filter(|(_, there)| **there) {
        for axis in (0..rank).rev() {
            out[n * rank + axis] = (at % x.shape[axis]) as i32;
            at /= x.shape[axis];
        }
        n += 1;
    }
    call.set_len(0, n);
    Ok(())
}
