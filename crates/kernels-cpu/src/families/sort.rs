//! Stable orders of lines of a tensor: elements become integer keys, which are sorted with their positions.

use talray_core::{DType, Result};

use super::scan::Around;
use crate::{Input, Pool};

/// Numbers that are ordered as the elements of a contiguous input are (or the other way round, if
/// `falling`), equal for equal ones; NaN has the highest either way. Dtypes of at most 4 bytes have
/// keys below 2³².
pub fn keys(x: &Input<'_>, falling: bool) -> Result<Vec<u64>> {
    let mut keys: Vec<u64> = match x.dtype {
        DType::F32 => x.slice::<f32>()?.iter().map(|x| float_key(u64::from(x.to_bits()), 32, x.is_nan())).collect(),
        DType::F64 => x.slice::<f64>()?.iter().map(|x| float_key(x.to_bits(), 64, x.is_nan())).collect(),
        DType::F16 => x.slice::<half::f16>()?.iter().map(|x| float_key(u64::from(x.to_bits()), 16, x.is_nan())).collect(),
        DType::BF16 => x.slice::<half::bf16>()?.iter().map(|x| float_key(u64::from(x.to_bits()), 16, x.is_nan())).collect(),
        DType::I8 => x.slice::<i8>()?.iter().map(|&x| u64::from(x as u8 ^ 1 << 7)).collect(),
        DType::I16 => x.slice::<i16>()?.iter().map(|&x| u64::from(x as u16 ^ 1 << 15)).collect(),
        DType::I32 => x.slice::<i32>()?.iter().map(|&x| u64::from(x as u32 ^ 1 << 31)).collect(),
        DType::I64 => x.slice::<i64>()?.iter().map(|&x| x as u64 ^ 1 << 63).collect(),
        DType::U8 | DType::Bool => x.slice::<u8>()?.iter().map(|&x| u64::from(x)).collect(),
        DType::U16 => x.slice::<u16>()?.iter().map(|&x| u64::from(x)).collect(),
        DType::U32 => x.slice::<u32>()?.iter().map(|&x| u64::from(x)).collect(),
        DType::U64 => x.slice::<u64>()?.to_vec(),
    };
    if falling {
        let bits = 8 * x.dtype.size() as u32;
        let most = u64::MAX >> (64 - bits);
        // NaN stays; it stands above all others already.
        let nan = if x.dtype.is_float() { Some(most) } else { None };
        keys.iter_mut().filter(|k| Some(**k) != nan).for_each(|k| *k = most - *k);
    }
    Ok(keys)
}

/// The key of a float with these bits: the sign is turned, and negative numbers are walked back; −0 is 0.
#[inline(always)]
fn float_key(bits: u64, width: u32, nan: bool) -> u64 {
    let sign = 1 << (width - 1);
    match bits {
        _ if nan => sign | (sign - 1),
        b if b == sign => sign,
        b if b & sign != 0 => !b & (sign | (sign - 1)),
        b => b | sign,
    }
}

/// Sorted positions of a line, reused from line to line.
#[derive(Default)]
pub struct Sorter {
    short: Vec<u64>,
    long: Vec<(u64, u32)>,
}

impl Sorter {
    /// Calls `visit` with the first `k` positions of a line of keys in increasing order; equal keys
    /// keep theirs. `short` says that keys are below 2³².
    pub fn order(&mut self, line: impl Iterator<Item = u64>, short: bool, k: usize, mut visit: impl FnMut(usize, u32)) {
        if short {
            self.short.clear();
            self.short.extend(line.enumerate().map(|(i, key)| key << 32 | i as u64));
            first(&mut self.short, k);
            self.short[..k].iter().enumerate().for_each(|(i, p)| visit(i, *p as u32));
        } else {
            self.long.clear();
            self.long.extend(line.enumerate().map(|(i, key)| (key, i as u32)));
            first(&mut self.long, k);
            self.long[..k].iter().enumerate().for_each(|(i, p)| visit(i, p.1));
        }
    }
}

/// Sorts so that the first `k` are in place.
fn first<K: Ord>(keys: &mut [K], k: usize) {
    if k == 0 {
        return;
    }
    if k < keys.len() / 4 {
        keys.select_nth_unstable(k - 1);
        keys[..k].sort_unstable();
    } else {
        keys.sort_unstable();
    }
}

/// The first `k` positions of each line along the axis: `out` is `[outer, k, inner]`.
pub fn argsort(x: &Input<'_>, (_, n, inner): Around, falling: bool, k: usize, out: &mut [i32], pool: &Pool) -> Result<()> {
    if out.is_empty() {
        return Ok(());
    }
    let (keys, short) = (keys(x, falling)?, x.dtype.size() <= 4);
    let lines = ((1 << 13) / (n * inner)).max(1);
    pool.for_each_chunk(out, lines * k * inner, |chunk, out| {
        let mut sorter = Sorter::default();
        for (l, out) in out.chunks_exact_mut(k * inner).enumerate() {
            let keys = &keys[(chunk * lines + l) * n * inner..][..n * inner];
            for c in 0..inner {
                let line = keys[c..].iter().step_by(inner).copied();
                sorter.order(line, short, k, |i, p| out[i * inner + c] = p as i32);
            }
        }
    });
    Ok(())
}

/// The elements at positions of each line: `out[o][j][i] = x[o][at[o][j][i]][i]`.
pub fn pick<T: bytemuck::Pod + Send + Sync>(x: &[T], (_, n, inner): Around, at: &[i32], out: &mut [T], pool: &Pool) {
    if out.is_empty() {
        return;
    }
    let k = at.len() / (x.len() / n);
    let lines = ((1 << 15) / (k * inner)).max(1);
    pool.for_each_chunk(out, lines * k * inner, |chunk, out| {
        for (l, out) in out.chunks_exact_mut(k * inner).enumerate() {
            let o = chunk * lines + l;
            let x = &x[o * n * inner..(o + 1) * n * inner];
            let at = &at[o * k * inner..(o + 1) * k * inner];
            out.iter_mut().zip(at).enumerate().for_each(|(p, (out, &at))| *out = x[at as usize * inner + p % inner]);
        }
    });
}
