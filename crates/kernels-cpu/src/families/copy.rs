//! Copies of strided views: into contiguous buffers, by runs, and by tiles where axes are swapped.

use bytemuck::Pod;
use smallvec::SmallVec;
use talray_core::{Error, Result};

use crate::{Input, Output, Pool};

/// Elements that one thread copies at a time.
const CHUNK: usize = 1 << 15;
/// Side of the squares in which axes are swapped.
const TILE: usize = 16;

/// An axis of a view: size and stride.
pub type Axis = (usize, isize);

/// Runs `$body` with `$T` bound to an unsigned integer of `$size` bytes: for kernels that only move elements.
#[macro_export]
macro_rules! by_size {
    ($size:expr, $T:ident => $body:expr) => {
        match $size {
            1 => {
                type $T = u8;
                $body
            }
            2 => {
                type $T = u16;
                $body
            }
            4 => {
                type $T = u32;
                $body
            }
            _ => {
                type $T = u64;
                $body
            }
        }
    };
}

/// Bytes of a buffer as elements of a type of the same size as its dtype.
pub fn elements<T: Pod>(bytes: &[u8]) -> Result<&[T]> {
    bytemuck::try_cast_slice(bytes).map_err(|e| Error::internal(format!("buffer: {e}")))
}

/// As [`elements`], to be filled.
pub fn elements_mut<T: Pod>(bytes: &mut [u8]) -> Result<&mut [T]> {
    bytemuck::try_cast_slice_mut(bytes).map_err(|e| Error::internal(format!("buffer: {e}")))
}

/// Copies the elements of `input` in row-major order into `output`, which has as many.
pub fn to_contiguous(input: &Input<'_>, output: &mut Output<'_>, pool: &Pool) -> Result<()> {
    by_size!(input.dtype.size(), T => {
        let src = elements::<T>(input.bytes)?;
        copy(src, input.shape, input.strides, input.offset, elements_mut::<T>(output.bytes)?, pool);
    });
    Ok(())
}

/// Copies a view of `src` into `dst`, which has exactly as many elements.
pub fn copy<T: Pod + Send + Sync>(src: &[T], shape: &[usize], strides: &[isize], offset: usize, dst: &mut [T], pool: &Pool) {
    if dst.is_empty() {
        return;
    }
    let axes = simplify(shape, strides);
    let Some(&(_, step)) = axes.first() else {
        dst[0] = src[offset];
        return;
    };
    let row: usize = axes[1..].iter().map(|a| a.0).product();
    let rows = (CHUNK / row).max(1).next_multiple_of(TILE);
    pool.for_each_chunk(dst, rows * row, |i, piece| {
        let mut axes = axes.clone();
        axes[0].0 = piece.len() / row;
        copy_into(src, &axes, offset as isize + (i * rows) as isize * step, piece);
    });
}

/// The axes of a view without those of size 1, neighbours that walk on evenly merged.
pub fn simplify(shape: &[usize], strides: &[isize]) -> SmallVec<[Axis; 4]> {
    let mut axes: SmallVec<[Axis; 4]> = SmallVec::new();
    for (&n, &s) in shape.iter().zip(strides) {
        if n == 1 {
            continue;
        }
        match axes.last_mut() {
            Some(last) if last.1 == n as isize * s => *last = (last.0 * n, s),
            _ => axes.push((n, s)),
        }
    }
    axes
}

/// Copies the elements at `base` with these axes into `dst`, on the calling thread.
pub fn copy_into<T: Pod>(src: &[T], axes: &[Axis], base: isize, dst: &mut [T]) {
    let Some((&(n, step), outer)) = axes.split_last() else {
        dst[0] = src[base as usize];
        return;
    };
    // An outer axis along which the source is denser than along the last one: swap by tiles.
    let dense = (0..outer.len()).filter(|&i| outer[i].1 != 0).min_by_key(|&i| outer[i].1.unsigned_abs());
    match dense {
        Some(j) if step.unsigned_abs() > outer[j].1.unsigned_abs() && n >= 4 && outer[j].0 >= 4 => {
            let mut rest: SmallVec<[(usize, isize, usize); 4]> = SmallVec::new();
            let (mut width, mut swapped) = (n, 0);
            for i in (0..outer.len()).rev() {
                if i == j {
                    swapped = width;
                } else {
                    rest.insert(0, (outer[i].0, outer[i].1, width));
                }
                width *= outer[i].0;
            }
            walk(&rest, base, 0, &mut |s, d| {
                swap(src, (s, outer[j].1, step), &mut dst[d..], swapped, (outer[j].0, n));
            });
        }
        _ => {
            let mut width = n;
            let mut rest: SmallVec<[(usize, isize, usize); 4]> = SmallVec::new();
            for &(m, s) in outer.iter().rev() {
                rest.insert(0, (m, s, width));
                width *= m;
            }
            walk(&rest, base, 0, &mut |s, d| copy_run(src, s, step, &mut dst[d..d + n]));
        }
    }
}

/// Calls `visit(source place, target place)` for each index of axes of (size, source stride, target stride).
fn walk(axes: &[(usize, isize, usize)], s: isize, d: usize, visit: &mut impl FnMut(isize, usize)) {
    match axes {
        [] => visit(s, d),
        [(n, ss, ds)] => (0..*n).for_each(|i| visit(s + i as isize * ss, d + i * ds)),
        [(n, ss, ds), rest @ ..] => (0..*n).for_each(|i| walk(rest, s + i as isize * ss, d + i * ds, visit)),
    }
}

fn copy_run<T: Pod>(src: &[T], base: isize, step: isize, dst: &mut [T]) {
    let at = base as usize;
    match step {
        1 => dst.copy_from_slice(&src[at..at + dst.len()]),
        0 => dst.fill(src[at]),
        _ => dst.iter_mut().enumerate().for_each(|(i, d)| *d = src[(base + i as isize * step) as usize]),
    }
}

/// `dst[j * width + i] = src[base + j * sj + i * si]`, tile by tile.
fn swap<T: Pod>(src: &[T], (base, sj, si): (isize, isize, isize), dst: &mut [T], width: usize, (nj, ni): (usize, usize)) {
    for j0 in (0..nj).step_by(TILE) {
        let bj = TILE.min(nj - j0);
        for i0 in (0..ni).step_by(TILE) {
            let bi = TILE.min(ni - i0);
            let mut tile = [[T::zeroed(); TILE]; TILE];
            for (i, line) in tile.iter_mut().enumerate().take(bi) {
                let at = base + j0 as isize * sj + (i0 + i) as isize * si;
                if sj == 1 && bj == TILE {
                    line.copy_from_slice(&src[at as usize..at as usize + TILE]);
                } else {
                    line.iter_mut().take(bj).enumerate().for_each(|(j, t)| *t = src[(at + j as isize * sj) as usize]);
                }
            }
            for j in 0..bj {
                let out = &mut dst[(j0 + j) * width + i0..][..bi];
                if bi == TILE {
                    (0..TILE).for_each(|i| out[i] = tile[i][j]);
                } else {
                    out.iter_mut().enumerate().for_each(|(i, d)| *d = tile[i][j]);
                }
            }
        }
    }
}
