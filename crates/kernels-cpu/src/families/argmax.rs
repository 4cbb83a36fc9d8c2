//! The place of the largest or smallest element along an axis.

use super::number::Wide;
use super::reduce::{Max, Min, long_row};
use super::scan::Around;
use crate::Pool;

/// `out[o][i]` = the first place along the axis of the largest (smallest) element, or of NaN.
pub fn place<W: Wide>(x: &[W], (_, n, inner): Around, smallest: bool, out: &mut [i32], pool: &Pool) {
    let line = n * inner;
    let lines = ((1 << 15) / line).max(1);
    pool.for_each_chunk(out, lines * inner, |chunk, out| {
        for (l, out) in out.chunks_exact_mut(inner).enumerate() {
            let x = &x[(chunk * lines + l) * line..][..line];
            match (inner, smallest) {
                (1, false) => out[0] = first(x, long_row::<W, Max>(x)),
                (1, true) => out[0] = first(x, long_row::<W, Min>(x)),
                _ => columns(x, out, smallest),
            }
        }
    });
}

/// The first place of a value that is there.
fn first<W: Wide>(x: &[W], value: W) -> i32 {
    let found = x.iter().position(|&x| x == value || (value.nan() && x.nan()));
    found.unwrap_or(0) as i32
}

fn columns<W: Wide>(x: &[W], out: &mut [i32], smallest: bool) {
    let inner = out.len();
    let mut best = x[..inner].to_vec();
    out.fill(0);
    for (i, x) in x.chunks_exact(inner).enumerate().skip(1) {
        for ((best, out), &x) in best.iter_mut().zip(&mut *out).zip(x) {
            let better = if smallest { x < *best } else { x > *best };
            if (better || x.nan()) && !best.nan() {
                *best = x;
                *out = i as i32;
            }
        }
    }
}
