//! Reductions: any axes of a contiguous tensor, folded in a tree whose shape depends on sizes only,
//! so that the bits are the same for any number of threads.

use bytemuck::Pod;
use smallvec::SmallVec;
use std::marker::PhantomData;

use super::number::{Number, Wide};
use crate::simd::{Isa, Kernel, dispatch};
use crate::{Element, Pool};

/// Elements of a row (or rows of a block of columns) that are folded without a tree.
const BLOCK: usize = 4096;
const BLOCK_ROWS: usize = 128;
/// Columns that are folded side by side.
const COLUMNS: usize = 256;
/// Elements that one thread folds at a time.
const CHUNK: usize = 1 << 15;
/// Levels of the tree that may be folded on different threads.
const CUTS: usize = 4;

/// What a reduction does: how an element is taken in, and how two results are merged.
pub trait Fold<T>: 'static {
    /// The accumulator.
    type Acc: Pod + Send + Sync;
    /// The result over nothing.
    const IDENTITY: Self::Acc;
    /// The result over one element.
    fn take(x: T) -> Self::Acc;
    /// The result over both.
    fn merge(a: Self::Acc, b: Self::Acc) -> Self::Acc;
}

macro_rules! folds {
    ($($(#[$doc:meta])* $name:ident $identity:ident $merge:ident;)*) => { $(
        $(#[$doc])*
        pub struct $name;
        impl<T: Number> Fold<T> for $name {
            type Acc = T::Wide;
            const IDENTITY: T::Wide = T::Wide::$identity;
            #[inline(always)]
            fn take(x: T) -> T::Wide { x.widen() }
            #[inline(always)]
            fn merge(a: T::Wide, b: T::Wide) -> T::Wide { a.$merge(b) }
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

/// Sum in f64, for means of integers.
pub struct SumF64;
impl<T: Element> Fold<T> for SumF64 {
    type Acc = f64;
    const IDENTITY: f64 = 0.0;
    #[inline(always)]
    fn take(x: T) -> f64 {
        x.to_f64()
    }
    #[inline(always)]
    fn merge(a: f64, b: f64) -> f64 {
        a + b
    }
}

/// Is one other than 0?
pub struct Any;
/// Are all other than 0?
pub struct All;
impl<T: Number> Fold<T> for Any {
    type Acc = u8;
    const IDENTITY: u8 = 0;
    #[inline(always)]
    fn take(x: T) -> u8 {
        u8::from(x.widen() != T::Wide::ZERO)
    }
    #[inline(always)]
    fn merge(a: u8, b: u8) -> u8 {
        a | b
    }
}
impl<T: Number> Fold<T> for All {
    type Acc = u8;
    const IDENTITY: u8 = 1;
    #[inline(always)]
    fn take(x: T) -> u8 {
        u8::from(x.widen() != T::Wide::ZERO)
    }
    #[inline(always)]
    fn merge(a: u8, b: u8) -> u8 {
        a & b
    }
}

/// `F` over its own accumulators: the second pass.
struct Again<T, F>(PhantomData<(T, F)>);
impl<T: 'static, F: Fold<T>> Fold<F::Acc> for Again<T, F> {
    type Acc = F::Acc;
    const IDENTITY: F::Acc = F::IDENTITY;
    #[inline(always)]
    fn take(x: F::Acc) -> F::Acc {
        x
    }
    #[inline(always)]
    fn merge(a: F::Acc, b: F::Acc) -> F::Acc {
        F::merge(a, b)
    }
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

/// Folds contiguous `x` of `shape` over the axes for which `reduced` says so; `finish` makes
/// accumulators into elements of `out`, which has the kept axes.
pub fn reduce<T: Pod + Send + Sync, F: Fold<T>, O: Pod + Send>(
    x: &[T],
    shape: &[usize],
    reduced: impl Fn(usize) -> bool,
    out: &mut [O],
    finish: impl Fn(F::Acc) -> O + Sync,
    pool: &Pool,
) {
    let runs = runs(shape, reduced);
    if x.is_empty() {
        out.fill_with(|| finish(F::IDENTITY));
        return;
    }
    match runs.as_slice() {
        [_] => pool.for_each_chunk(out, CHUNK, |i, o| {
            o.iter_mut().zip(&x[i * CHUNK..]).for_each(|(o, &x)| *o = finish(F::merge(F::IDENTITY, F::take(x))));
        }),
        [outer, n, inner] => fold::<T, F, O>(x, (*outer, *n, *inner), out, &finish, pool),
        [.., n, inner] => {
            let outer = x.len() / n / inner;
            let mut part = vec![F::IDENTITY; outer * inner];
            fold::<T, F, F::Acc>(x, (outer, *n, *inner), &mut part, &|a| a, pool);
            again::<T, F, O>(part, &runs[..runs.len() - 2], *inner, out, &finish, pool);
        }
        _ => {}
    }
}

/// The passes after the first: accumulators with runs `runs` and then `inner` kept elements.
fn again<T: 'static, F: Fold<T>, O: Pod + Send>(
    mut x: Vec<F::Acc>,
    runs: &[usize],
    inner: usize,
    out: &mut [O],
    finish: &(impl Fn(F::Acc) -> O + Sync),
    pool: &Pool,
) {
    let mut inner = inner;
    let mut runs: SmallVec<[usize; 9]> = runs.into();
    while let [.., n, kept] = runs[..] {
        inner *= kept;
        runs.truncate(runs.len() - 2);
        let outer = x.len() / n / inner;
        if runs.len() == 1 {
            return fold::<F::Acc, Again<T, F>, O>(&x, (outer, n, inner), out, finish, pool);
        }
        let mut part = vec![F::IDENTITY; outer * inner];
        fold::<F::Acc, Again<T, F>, F::Acc>(&x, (outer, n, inner), &mut part, &|a| a, pool);
        x = part;
    }
}

/// `out[o][i] = finish(fold over r of x[o][r][i])` for `x` of `[outer, n, inner]`, none of them 0.
fn fold<T: Pod + Send + Sync, F: Fold<T>, O: Pod + Send>(
    x: &[T],
    (outer, n, inner): (usize, usize, usize),
    out: &mut [O],
    finish: &(impl Fn(F::Acc) -> O + Sync),
    pool: &Pool,
) {
    if inner == 1 && n <= BLOCK {
        let rows = (CHUNK / n).max(1);
        pool.for_each_chunk(out, rows, |i, o| {
            let x = &x[i * rows * n..][..o.len() * n];
            dispatch(Rows::<T, F, O, _> { x, n, out: o, finish, fold: PhantomData });
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
    let task = |t: usize, acc: &mut [F::Acc]| {
        let (place, part) = (t / parts.len(), parts[t % parts.len()].clone());
        let (o, c) = (place / blocks, place % blocks * width);
        let x = &x[o * n * inner..(o + 1) * n * inner];
        if inner == 1 {
            acc[0] = long_row::<T, F>(&x[part]);
        } else {
            columns::<T, F>(x, inner, c, part, &mut acc[..width.min(inner - c)]);
        }
    };
    let together = (CHUNK / (n.div_ceil(parts.len()) * width)).max(1);
    pool.for_each_chunk(&mut partial, together * width, |i, acc| {
        acc.chunks_mut(width).enumerate().for_each(|(j, acc)| task(i * together + j, acc));
    });
    for (place, acc) in partial.chunks_mut(per).enumerate() {
        let (o, c) = (place / blocks, place % blocks * width);
        let mut next = 0;
        let root = join::<T, F>(acc, width, 0..n, leaf, cuts, &mut next);
        let to = &mut out[o * inner + c..][..width.min(inner - c)];
        to.iter_mut().zip(&acc[root * width..]).for_each(|(to, &a)| *to = finish(a));
    }
}

/// Where the tree cuts `range`: a multiple of the leaf size near the middle.
fn middle(range: &std::ops::Range<usize>, leaf: usize) -> usize {
    range.start + range.len().div_ceil(leaf).div_ceil(2) * leaf
}

/// The parts of the tree below `cuts` levels, in order.
fn split(range: std::ops::Range<usize>, leaf: usize, cuts: usize, parts: &mut Vec<std::ops::Range<usize>>) {
    if cuts == 0 || range.len() <= leaf {
        parts.push(range);
        return;
    }
    let m = middle(&range, leaf);
    split(range.start..m, leaf, cuts - 1, parts);
    split(m..range.end, leaf, cuts - 1, parts);
}

/// Merges the parts that [`split`] made, in the tree's order; gives the index of the part that holds the result.
fn join<T, F: Fold<T>>(
    acc: &mut [F::Acc],
    width: usize,
    range: std::ops::Range<usize>,
    leaf: usize,
    cuts: usize,
    next: &mut usize,
) -> usize {
    if cuts == 0 || range.len() <= leaf {
        *next += 1;
        return *next - 1;
    }
    let m = middle(&range, leaf);
    let a = join::<T, F>(acc, width, range.start..m, leaf, cuts - 1, next);
    let b = join::<T, F>(acc, width, m..range.end, leaf, cuts - 1, next);
    let (left, right) = acc.split_at_mut(b * width);
    left[a * width..(a + 1) * width].iter_mut().zip(right).for_each(|(a, &mut b)| *a = F::merge(*a, b));
    a
}

/// One long row.
fn long_row<T: Pod, F: Fold<T>>(x: &[T]) -> F::Acc {
    if x.len() <= BLOCK {
        return dispatch(Block::<T, F> { x, fold: PhantomData });
    }
    let m = middle(&(0..x.len()), BLOCK);
    F::merge(long_row::<T, F>(&x[..m]), long_row::<T, F>(&x[m..]))
}

/// Columns `c..c + acc.len()` of `rows` of a matrix of `inner` columns.
fn columns<T: Pod, F: Fold<T>>(x: &[T], inner: usize, c: usize, rows: std::ops::Range<usize>, acc: &mut [F::Acc]) {
    if rows.len() <= BLOCK_ROWS {
        acc.fill(F::IDENTITY);
        dispatch(Columns::<T, F> { x: &x[rows.start * inner..rows.end * inner], inner, c, acc, fold: PhantomData });
        return;
    }
    let m = middle(&rows, BLOCK_ROWS);
    columns::<T, F>(x, inner, c, rows.start..m, acc);
    let mut other = [F::IDENTITY; COLUMNS];
    let other = &mut other[..acc.len()];
    columns::<T, F>(x, inner, c, m..rows.end, other);
    acc.iter_mut().zip(other).for_each(|(a, b)| *a = F::merge(*a, *b));
}

/// Many short rows.
struct Rows<'a, T, F, O, Finish> {
    x: &'a [T],
    n: usize,
    out: &'a mut [O],
    finish: &'a Finish,
    fold: PhantomData<F>,
}

impl<T: Pod, F: Fold<T>, O, Finish: Fn(F::Acc) -> O> Kernel for Rows<'_, T, F, O, Finish> {
    type Output = ();
    #[inline(always)]
    fn run<S: Isa>(self, _isa: S) {
        for (o, x) in self.out.iter_mut().zip(self.x.chunks_exact(self.n)) {
            *o = (self.finish)(block::<T, F>(x));
        }
    }
}

/// One block of a row.
struct Block<'a, T, F> {
    x: &'a [T],
    fold: PhantomData<F>,
}

impl<T: Pod, F: Fold<T>> Kernel for Block<'_, T, F> {
    type Output = F::Acc;
    #[inline(always)]
    fn run<S: Isa>(self, _isa: S) -> F::Acc {
        block::<T, F>(self.x)
    }
}

/// Some columns of a block of rows.
struct Columns<'a, T, F: Fold<T>> {
    x: &'a [T],
    inner: usize,
    c: usize,
    acc: &'a mut [F::Acc],
    fold: PhantomData<F>,
}

impl<T: Pod, F: Fold<T>> Kernel for Columns<'_, T, F> {
    type Output = ();
    #[inline(always)]
    fn run<S: Isa>(self, _isa: S) {
        let (acc, w) = (self.acc, self.inner);
        let n = acc.len();
        let line = |row: usize| &self.x[row * w + self.c..][..n];
        let rows = self.x.len() / w;
        let whole = rows / 4 * 4;
        for r in (0..whole).step_by(4) {
            let (a, b, c, d) = (line(r), line(r + 1), line(r + 2), line(r + 3));
            for i in 0..n {
                let (ab, cd) = (F::merge(F::take(a[i]), F::take(b[i])), F::merge(F::take(c[i]), F::take(d[i])));
                acc[i] = F::merge(acc[i], F::merge(ab, cd));
            }
        }
        for r in whole..rows {
            acc.iter_mut().zip(line(r)).for_each(|(a, &x)| *a = F::merge(*a, F::take(x)));
        }
    }
}

/// At most [`BLOCK`] elements, in lanes that their number decides on.
#[inline(always)]
fn block<T: Pod, F: Fold<T>>(x: &[T]) -> F::Acc {
    match x.len() {
        0..8 => x.iter().fold(F::IDENTITY, |a, &x| F::merge(a, F::take(x))),
        8..64 => lanes::<T, F, 8>(x),
        _ => lanes::<T, F, 32>(x),
    }
}

#[inline(always)]
fn lanes<T: Pod, F: Fold<T>, const L: usize>(x: &[T]) -> F::Acc {
    let mut acc = [F::IDENTITY; L];
    let (chunks, rest) = x.as_chunks::<L>();
    for c in chunks {
        for i in 0..L {
            acc[i] = F::merge(acc[i], F::take(c[i]));
        }
    }
    for (a, &x) in acc.iter_mut().zip(rest) {
        *a = F::merge(*a, F::take(x));
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
