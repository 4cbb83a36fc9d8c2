//! Reductions: any axes of a contiguous tensor, folded in a tree whose shape depends on sizes only,
//! so that the bits are the same for any number of threads.

use smallvec::SmallVec;
use std::marker::PhantomData;
use std::ops::Range;

use super::number::{Body, Wide};
use crate::Pool;

/// Elements of a row (or rows of a block of columns) that are folded without a tree.
const BLOCK: usize = 4096;
const BLOCK_ROWS: usize = 128;
/// Columns that are folded side by side.
const COLUMNS: usize = 256;
/// Elements that one thread folds at a time.
const CHUNK: usize = 1 << 15;
/// Levels of the tree that may be folded on different threads.
const CUTS: usize = 4;

/// Fills a slice with the elements of a range.
pub type Make<'a, W> = &'a (dyn Fn(Range<usize>, &mut [W]) + Sync);

/// The elements that are reduced.
#[derive(Clone, Copy)]
pub enum Elements<'a, W> {
    /// They lie in memory.
    Slice(&'a [W]),
    /// They are so many, and made a block at a time when they are wanted.
    Made(usize, Make<'a, W>),
}

impl<W: Wide> Elements<'_, W> {
    fn len(&self) -> usize {
        match self {
            Elements::Slice(x) => x.len(),
            Elements::Made(n, _) => *n,
        }
    }

    /// The elements of `range`, made in `block` where they do not lie in memory.
    fn get<'s>(&'s self, range: Range<usize>, block: &'s mut Vec<W>) -> &'s [W] {
        match self {
            Elements::Slice(x) => &x[range],
            Elements::Made(_, make) => {
                let n = range.len();
                if block.len() < n {
                    block.resize(n, W::ZERO);
                }
                make(range, &mut block[..n]);
                &block[..n]
            }
        }
    }
}

/// What a reduction does: the result over nothing, and how two results are merged.
pub trait Fold<W>: 'static {
    /// The result over nothing.
    const IDENTITY: W;
    /// The result over both.
    fn merge(a: W, b: W) -> W;
}

macro_rules! folds {
    ($($(#[$doc:meta])* $name:ident $identity:ident $merge:ident;)*) => { $(
        $(#[$doc])*
        pub struct $name;
        impl<W: Wide> Fold<W> for $name {
            const IDENTITY: W = W::$identity;
            #[inline(always)]
            fn merge(a: W, b: W) -> W { a.$merge(b) }
        }
    )* };
}
folds! {
    /// Sum.
    Sum ZERO plus;
    /// Product.
    Prod ONE times;
    /// Largest; NaN if one is.
    Max LOWEST larger;
    /// Smallest; NaN if one is.
    Min HIGHEST smaller;
}

/// Sizes of a tensor as alternating kept and reduced runs of axes, outermost first, starting with
/// a kept run (of size 1 where the first axis is reduced) and ending with one.
fn runs(shape: &[usize], reduced: impl Fn(usize) -> bool) -> SmallVec<[usize; 9]> {
    let mut runs: SmallVec<[usize; 9]> = SmallVec::from_elem(1, 1);
    let mut last = false;
    for (i, &n) in shape.iter().enumerate() {
        if n == 1 {
            continue;
        }
        if reduced(i) != last {
            runs.push(1);
            last = !last;
        }
        if let Some(run) = runs.last_mut() {
            *run *= n;
        }
    }
    if last {
        runs.push(1);
    }
    runs
}

/// Folds contiguous `x` of `shape` over the axes for which `reduced` says so, into `out`, which has the kept axes.
pub fn reduce<W: Wide, F: Fold<W>>(
    x: Elements<'_, W>,
    shape: &[usize],
    reduced: impl Fn(usize) -> bool,
    out: &mut [W],
    pool: &Pool,
) {
    if x.len() == 0 {
        out.fill(F::IDENTITY);
        return;
    }
    let mut runs = runs(shape, reduced);
    if runs.len() == 1 {
        match x {
            Elements::Slice(x) => out.copy_from_slice(x),
            Elements::Made(n, make) => make(0..n, out),
        }
        return;
    }
    // The last run of reduced axes first; passes in between go through a buffer.
    let mut x = x;
    let mut parts: Vec<W>;
    let mut inner = 1;
    while let [.., n, kept] = runs[..] {
        inner *= kept;
        runs.truncate(runs.len() - 2);
        let outer = x.len() / n / inner;
        if runs.len() == 1 {
            return fold::<W, F>(x, (outer, n, inner), out, pool);
        }
        let mut part = vec![F::IDENTITY; outer * inner];
        fold::<W, F>(x, (outer, n, inner), &mut part, pool);
        parts = part;
        x = Elements::Slice(&parts);
    }
}

/// `out[o][i]` = fold over r of `x[o][r][i]` for `x` of `[outer, n, inner]`, none of them 0.
fn fold<W: Wide, F: Fold<W>>(x: Elements<'_, W>, (outer, n, inner): (usize, usize, usize), out: &mut [W], pool: &Pool) {
    if inner == 1 && n <= BLOCK {
        let rows = (CHUNK / n).max(1);
        // Elements that are made stay in the first-level cache.
        let few = if matches!(x, Elements::Slice(_)) { rows } else { (BLOCK / n).max(1) };
        pool.for_each_chunk(out, rows, |i, out| {
            let mut block = Vec::new();
            for (j, out) in out.chunks_mut(few).enumerate() {
                let start = (i * rows + j * few) * n;
                let x = x.get(start..start + out.len() * n, &mut block);
                W::enter(Rows::<W, F> { x, n, out, fold: PhantomData });
            }
        });
        return;
    }
    // Tasks are (outer index, block of columns, part of the tree); only sizes decide on them.
    let width = inner.min(COLUMNS);
    let blocks = inner.div_ceil(width);
    let leaf = if inner == 1 { BLOCK } else { BLOCK_ROWS };
    let cuts = if outer * blocks >= 16 || n * width <= CHUNK { 0 } else { CUTS };
    let mut parts = Vec::new();
    split(0..n, leaf, cuts, &mut parts);
    let per = parts.len() * width;
    let mut partial = vec![F::IDENTITY; outer * blocks * per];
    let task = |t: usize, acc: &mut [W], block: &mut Vec<W>| {
        let (place, part) = (t / parts.len(), parts[t % parts.len()].clone());
        let (o, c) = (place / blocks, place % blocks * width);
        if inner == 1 {
            acc[0] = long::<W, F>(&x, o * n + part.start..o * n + part.end, block);
        } else {
            columns::<W, F>(&x, inner, o * n..o * n + n, c, part, &mut acc[..width.min(inner - c)], block);
        }
    };
    let together = (CHUNK / (n.div_ceil(parts.len()) * width)).max(1);
    pool.for_each_chunk(&mut partial, together * width, |i, acc| {
        let mut block = Vec::new();
        acc.chunks_mut(width).enumerate().for_each(|(j, acc)| task(i * together + j, acc, &mut block));
    });
    for (place, acc) in partial.chunks_mut(per).enumerate() {
        let (o, c) = (place / blocks, place % blocks * width);
        let mut next = 0;
        let root = join::<W, F>(acc, width, 0..n, leaf, cuts, &mut next);
        let to = &mut out[o * inner + c..][..width.min(inner - c)];
        let n = to.len();
        to.copy_from_slice(&acc[root * width..][..n]);
    }
}

/// Where the tree cuts `range`: a multiple of the leaf size near the middle.
fn middle(range: &Range<usize>, leaf: usize) -> usize {
    range.start + range.len().div_ceil(leaf).div_ceil(2) * leaf
}

/// The parts of the tree below `cuts` levels, in order.
fn split(range: Range<usize>, leaf: usize, cuts: usize, parts: &mut Vec<Range<usize>>) {
    if cuts == 0 || range.len() <= leaf {
        parts.push(range);
        return;
    }
    let m = middle(&range, leaf);
    split(range.start..m, leaf, cuts - 1, parts);
    split(m..range.end, leaf, cuts - 1, parts);
}

/// Merges the parts that [`split`] made, in the tree's order; gives the index of the part that holds the result.
fn join<W: Wide, F: Fold<W>>(
    acc: &mut [W],
    width: usize,
    range: Range<usize>,
    leaf: usize,
    cuts: usize,
    next: &mut usize,
) -> usize {
    if cuts == 0 || range.len() <= leaf {
        *next += 1;
        return *next - 1;
    }
    let m = middle(&range, leaf);
    let a = join::<W, F>(acc, width, range.start..m, leaf, cuts - 1, next);
    let b = join::<W, F>(acc, width, m..range.end, leaf, cuts - 1, next);
    let (left, right) = acc.split_at_mut(b * width);
    left[a * width..(a + 1) * width].iter_mut().zip(right).for_each(|(a, &mut b)| *a = F::merge(*a, b));
    a
}

/// One long row.
pub(super) fn long_row<W: Wide, F: Fold<W>>(x: &[W]) -> W {
    long::<W, F>(&Elements::Slice(x), 0..x.len(), &mut Vec::new())
}

fn long<W: Wide, F: Fold<W>>(x: &Elements<'_, W>, range: Range<usize>, block: &mut Vec<W>) -> W {
    if range.len() <= BLOCK {
        return W::enter(Block::<W, F> { x: x.get(range, block), fold: PhantomData });
    }
    // The tree depends on the length alone.
    let m = range.start + middle(&(0..range.len()), BLOCK);
    let first = long::<W, F>(x, range.start..m, block);
    F::merge(first, long::<W, F>(x, m..range.end, block))
}

/// Columns `c..c + acc.len()` of `rows`, counted from the first of `all`, of a matrix of `inner` columns.
fn columns<W: Wide, F: Fold<W>>(
    x: &Elements<'_, W>,
    inner: usize,
    all: Range<usize>,
    c: usize,
    rows: Range<usize>,
    acc: &mut [W],
    block: &mut Vec<W>,
) {
    if rows.len() <= BLOCK_ROWS {
        acc.fill(F::IDENTITY);
        let (first, width) = (all.start + rows.start, acc.len());
        let (x, inner, c) = match x {
            Elements::Made(_, make) if width < inner => {
                block.resize(block.len().max(rows.len() * width), W::ZERO);
                for (r, line) in block.chunks_mut(width).take(rows.len()).enumerate() {
                    let start = (first + r) * inner + c;
                    make(start..start + width, line);
                }
                (&block[..rows.len() * width], width, 0)
            }
            _ => (x.get(first * inner..(first + rows.len()) * inner, block), inner, c),
        };
        W::enter(Columns::<W, F> { x, inner, c, acc, fold: PhantomData });
        return;
    }
    let m = middle(&rows, BLOCK_ROWS);
    columns::<W, F>(x, inner, all.clone(), c, rows.start..m, acc, block);
    let mut other = [F::IDENTITY; COLUMNS];
    let other = &mut other[..acc.len()];
    columns::<W, F>(x, inner, all, c, m..rows.end, other, block);
    acc.iter_mut().zip(other).for_each(|(a, b)| *a = F::merge(*a, *b));
}

/// Many short rows.
struct Rows<'a, W, F> {
    x: &'a [W],
    n: usize,
    out: &'a mut [W],
    fold: PhantomData<F>,
}

impl<W: Wide, F: Fold<W>> Body for Rows<'_, W, F> {
    type Output = ();
    #[inline(always)]
    fn body(self) {
        for (o, x) in self.out.iter_mut().zip(self.x.chunks_exact(self.n)) {
            *o = block::<W, F>(x);
        }
    }
}

/// One block of a row.
struct Block<'a, W, F> {
    x: &'a [W],
    fold: PhantomData<F>,
}

impl<W: Wide, F: Fold<W>> Body for Block<'_, W, F> {
    type Output = W;
    #[inline(always)]
    fn body(self) -> W {
        block::<W, F>(self.x)
    }
}

/// Some columns of a block of rows.
struct Columns<'a, W, F> {
    x: &'a [W],
    inner: usize,
    c: usize,
    acc: &'a mut [W],
    fold: PhantomData<F>,
}

impl<W: Wide, F: Fold<W>> Body for Columns<'_, W, F> {
    type Output = ();
    #[inline(always)]
    fn body(self) {
        let (acc, w) = (self.acc, self.inner);
        let n = acc.len();
        let line = |row: usize| &self.x[row * w + self.c..][..n];
        let rows = self.x.len() / w;
        let whole = rows / 4 * 4;
        for r in (0..whole).step_by(4) {
            let (a, b, c, d) = (line(r), line(r + 1), line(r + 2), line(r + 3));
            for i in 0..n {
                acc[i] = F::merge(acc[i], F::merge(F::merge(a[i], b[i]), F::merge(c[i], d[i])));
            }
        }
        for r in whole..rows {
            acc.iter_mut().zip(line(r)).for_each(|(a, &x)| *a = F::merge(*a, x));
        }
    }
}

/// At most [`BLOCK`] elements, in lanes that their number decides on.
#[inline(always)]
fn block<W: Wide, F: Fold<W>>(x: &[W]) -> W {
    match x.len() {
        0..8 => x.iter().fold(F::IDENTITY, |a, &x| F::merge(a, x)),
        8..64 => lanes::<W, F, 8>(x),
        _ => lanes::<W, F, 32>(x),
    }
}

#[inline(always)]
fn lanes<W: Wide, F: Fold<W>, const L: usize>(x: &[W]) -> W {
    let mut acc = [F::IDENTITY; L];
    let (chunks, rest) = x.as_chunks::<L>();
    for c in chunks {
        for i in 0..L {
            acc[i] = F::merge(acc[i], c[i]);
        }
    }
    for (a, &x) in acc.iter_mut().zip(rest) {
        *a = F::merge(*a, x);
    }
    let mut half = L / 2;
    while half > 0 {
        for i in 0..half {
            acc[i] = F::merge(acc[i], acc[i + half]);
        }
        half /= 2;
    }
    acc[0]
}
