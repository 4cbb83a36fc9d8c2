//! Rows picked by index, and the checking of indices.

use bytemuck::Pod;
use talray_core::{DType, Error, Result};

use crate::memory::prefetch;
use crate::{Element, Input, Pool};

/// Rows that are fetched while those before them are moved.
const AHEAD: usize = 32;

/// i32 and i64 as indices.
pub trait Index: Element {
    /// As i64.
    fn to_i64(self) -> i64;
}

impl Index for i32 {
    #[inline(always)]
    fn to_i64(self) -> i64 {
        i64::from(self)
    }
}

impl Index for i64 {
    #[inline(always)]
    fn to_i64(self) -> i64 {
        self
    }
}

/// Runs `$body` with `$I` bound to i32 or i64, whichever `$dtype` is.
#[macro_export]
macro_rules! by_index {
    ($dtype:expr, $I:ident => $body:expr) => {
        match $dtype {
            talray_core::DType::I64 => {
                type $I = i64;
                $body
            }
            _ => {
                type $I = i32;
                $body
            }
        }
    };
}

/// Elements of a contiguous input of indices.
///
/// # Errors
/// `DTYPE` unless they are i32 or i64.
pub fn indices<'a, I: Index>(input: &Input<'a>) -> Result<&'a [I]> {
    if !matches!(input.dtype, DType::I32 | DType::I64) {
        return Err(Error::dtype(format!("indices: expected i32 or i64, received {}", input.dtype)));
    }
    input.slice()
}

/// Refuses indices outside `-n..n`, naming the first.
pub fn check<I: Index>(indices: &[I], n: usize, what: &str) -> Result<()> {
    let n = n as i64;
    let bad = |i: &I| i.to_i64() >= n || i.to_i64() < -n;
    // Blocks without early exit, so that the check runs at the speed of reading.
    for (block, part) in indices.chunks(256).enumerate() {
        if part.iter().fold(false, |any, i| any | bad(i)) {
            let at = part.iter().position(bad).unwrap_or(0);
            let (value, at) = (part[at].to_i64(), block * 256 + at);
            return Err(Error::shape(format!("index {value} at position {at} is outside {what} of size {n}")));
        }
    }
    Ok(())
}

/// The position that a checked index names.
#[inline(always)]
pub fn position<I: Index>(index: I, n: usize) -> usize {
    let i = index.to_i64();
    (if i < 0 { i + n as i64 } else { i }) as usize
}

/// `dst[b][i] = src[b][indices[b][i]]` over rows of `inner` elements, for each of `batches`, after
/// a check of all indices. `src` is `[batches, n, inner]`, `indices` are `[index_batches, m]`, and
/// batch `b` uses the indices of batch `b * index_batches / batches`.
pub fn gather<T: Pod + Send + Sync, I: Index>(
    src: &[T],
    (batches, n, inner): (usize, usize, usize),
    indices: &[I],
    index_batches: usize,
    dst: &mut [T],
    pool: &Pool,
) -> Result<()> {
    check(indices, n, "an axis")?;
    if dst.is_empty() {
        return Ok(());
    }
    let m = indices.len() / index_batches;
    let share = batches / index_batches;
    let rows = ((1 << 14) / inner).max(1);
    pool.for_each_chunk(dst, rows * inner, |chunk, piece| {
        let first = chunk * rows;
        let from = |row: usize| {
            let (b, i) = if batches == 1 { (0, row) } else { (row / m, row % m) };
            b * n + position(indices[b / share * m + i], n)
        };
        match inner {
            1 => piece.iter_mut().enumerate().for_each(|(r, d)| *d = src[from(first + r)]),
            4 => fixed::<T, 4>(src, piece, |r| from(first + r)),
            8 => fixed::<T, 8>(src, piece, |r| from(first + r)),
            16 => fixed::<T, 16>(src, piece, |r| from(first + r)),
            32 => fixed::<T, 32>(src, piece, |r| from(first + r)),
            _ => piece.chunks_exact_mut(inner).enumerate().for_each(|(r, d)| {
                let at = from(first + r) * inner;
                d.copy_from_slice(&src[at..at + inner]);
            }),
        }
    });
    Ok(())
}

/// Rows of a width that the compiler knows, so that they are moved without a call. Rows of a table too large for the caches are
/// on their way before they are needed.
fn fixed<T: Pod, const W: usize>(src: &[T], dst: &mut [T], from: impl Fn(usize) -> usize) {
    let (src, _) = src.as_chunks::<W>();
    let (dst, _) = dst.as_chunks_mut::<W>();
    let last = dst.len().saturating_sub(1);
    for (r, d) in dst.iter_mut().enumerate() {
        prefetch(&src[from((r + AHEAD).min(last))]);
        *d = src[from(r)];
    }
}

/// Indices of either dtype as i64.
pub fn integers(input: &Input<'_>) -> Result<Vec<i64>> {
    match input.dtype {
        DType::I64 => Ok(indices::<i64>(input)?.to_vec()),
        _ => Ok(indices::<i32>(input)?.iter().map(|&i| i64::from(i)).collect()),
    }
}
