//! Copies in which each output index along an axis takes one input index, or none: padding and its like.

use bytemuck::Pod;

use crate::Pool;

/// "No input": the element takes the fill value.
pub const NONE: usize = usize::MAX;

/// A piece of a row: where it starts in the output, how long it is, and where it comes from.
enum Run {
    /// From this input index on.
    Copy(usize, usize, usize),
    /// Filled.
    Fill(usize, usize),
}

/// Fills contiguous `dst` from contiguous `src` of `shape`: along axis `a`, output index `i` takes
/// input index `maps[a][i]`, or `fill` where that is [`NONE`].
pub fn remap<T: Pod + Send + Sync>(src: &[T], shape: &[usize], maps: &[Vec<usize>], fill: T, dst: &mut [T], pool: &Pool) {
    if dst.is_empty() {
        return;
    }
    let Some((last, outer)) = maps.split_last() else {
        dst[0] = src[0];
        return;
    };
    let runs = runs(last);
    let (row, width) = (last.len(), shape[shape.len() - 1]);
    let rows = ((1 << 15) / row).max(1);
    pool.for_each_chunk(dst, rows * row, |chunk, piece| {
        for (r, out) in piece.chunks_mut(row).enumerate() {
            match source_row(chunk * rows + r, outer, shape) {
                None => out.fill(fill),
                Some(from) => {
                    let line = &src[from * width..(from + 1) * width];
                    for run in &runs {
                        match *run {
                            Run::Copy(to, n, at) => out[to..to + n].copy_from_slice(&line[at..at + n]),
                            Run::Fill(to, n) => out[to..to + n].fill(fill),
                        }
                    }
                }
            }
        }
    });
}

/// The input row of output row `row`, if it has one.
fn source_row(mut row: usize, outer: &[Vec<usize>], shape: &[usize]) -> Option<usize> {
    let (mut from, mut step) = (0, 1);
    for (map, n) in outer.iter().zip(shape).rev() {
        let at = map[row % map.len()];
        if at == NONE {
            return None;
        }
        row /= map.len();
        from += at * step;
        step *= n;
    }
    Some(from)
}

fn runs(map: &[usize]) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut i = 0;
    while i < map.len() {
        let start = i;
        i += 1;
        if map[start] == NONE {
            while i < map.len() && map[i] == NONE {
                i += 1;
            }
            runs.push(Run::Fill(start, i - start));
        } else {
            while i < map.len() && map[i] != NONE && map[i] == map[i - 1] + 1 {
                i += 1;
            }
            runs.push(Run::Copy(start, i - start, map[start]));
        }
    }
    runs
}
