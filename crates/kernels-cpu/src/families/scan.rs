//! Running folds along an axis, and linear recurrences.

use super::number::Wide;
use super::reduce::Fold;
use crate::Pool;

/// Sizes of a tensor around one axis: outer axes, the axis, inner axes.
pub type Around = (usize, usize, usize);

/// `sizes` of `shape` around `axis`.
pub fn around(shape: &[usize], axis: usize) -> Around {
    (shape[..axis].iter().product(), shape[axis], shape[axis + 1..].iter().product())
}

/// Where and how a scan walks.
#[derive(Clone, Copy, Debug)]
pub struct Walk {
    /// Sizes around the axis.
    pub sizes: Around,
    /// Leave the element itself out?
    pub exclusive: bool,
    /// From the end?
    pub reverse: bool,
}

impl Walk {
    /// The places along the axis in the order of the walk.
    fn places(self) -> impl Iterator<Item = usize> {
        let n = self.sizes.1;
        (0..n).map(move |i| if self.reverse { n - 1 - i } else { i })
    }
}

/// `out[o][i]` = `start` folded with `x[o][..=i]` (see [`Walk`]) for contiguous `x`; every line runs on one thread.
pub fn scan<W: Wide, F: Fold<W>>(x: &[W], walk: Walk, start: W, out: &mut [W], pool: &Pool) {
    let (_, n, inner) = walk.sizes;
    let line = n * inner;
    if line == 0 {
        return;
    }
    let lines = ((1 << 15) / line).max(1);
    pool.for_each_chunk(out, lines * line, |chunk, out| {
        let x = &x[chunk * lines * line..][..out.len()];
        let mut acc = vec![start; inner];
        for (x, out) in x.chunks_exact(line).zip(out.chunks_exact_mut(line)) {
            acc.fill(start);
            for i in walk.places() {
                let x = &x[i * inner..(i + 1) * inner];
                let out = &mut out[i * inner..(i + 1) * inner];
                for ((a, &x), o) in acc.iter_mut().zip(x).zip(out) {
                    let next = F::merge(*a, x);
                    *o = if walk.exclusive { *a } else { next };
                    *a = next;
                }
            }
        }
    });
}

/// `y[i] = a[i] y[i - 1] + b[i]` from 0 along the axis (`exclusive` is not looked at).
pub fn recurrence<W: Wide>(a: &[W], b: &[W], walk: Walk, out: &mut [W], pool: &Pool) {
    let (_, n, inner) = walk.sizes;
    let line = n * inner;
    if line == 0 {
        return;
    }
    pool.for_each_chunk(out, line, |chunk, out| {
        let (a, b) = (&a[chunk * line..][..line], &b[chunk * line..][..line]);
        let mut y = vec![W::ZERO; inner];
        for i in walk.places() {
            for (c, y) in y.iter_mut().enumerate() {
                let at = i * inner + c;
                *y = a[at].times(*y).plus(b[at]);
                out[at] = *y;
            }
        }
    });
}
