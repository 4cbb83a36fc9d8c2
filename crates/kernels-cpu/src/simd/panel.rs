//! Products of small matrices that lie packed in the nearest caches: rows of the result a few at a time, their columns
//! in one or more whole vectors.
#![expect(unsafe_code, reason = "callers vouch for the matrices, which lie in their scratch memory")]

use super::map::Real;
use super::vector::{Isa, Vector};
use std::ops::Range;

/// A matrix: its first element, and the steps between its rows and between its columns.
#[derive(Clone, Copy)]
pub(super) struct Left<T> {
    pub(super) start: *const T,
    pub(super) row: usize,
    pub(super) column: usize,
}

/// Rows of whole vectors: the first element, and the step between rows.
#[derive(Clone, Copy)]
pub(super) struct Lines<P> {
    pub(super) start: P,
    pub(super) step: usize,
}

/// Where the strips of `wide` columns begin that are in group `group` of `size` columns each, of `units` in all.
#[inline(always)]
pub(super) fn strips(units: usize, group: usize, size: usize, wide: usize) -> impl Iterator<Item = usize> {
    (group * size..units.min((group + 1) * size)).step_by(wide)
}

/// Packs a strip of columns of a matrix of `units` columns: its rows one after the other, each with zeros up to `wide`.
///
/// # Safety
/// `to` has room for `wide` elements of each row.
#[inline(always)]
pub(super) unsafe fn pack<T: Real>(matrix: &[T], units: usize, strip: Range<usize>, to: *mut T, wide: usize) {
    for (i, row) in matrix.chunks_exact(units).enumerate() {
        // SAFETY: the caller says so.
        let to = unsafe { std::slice::from_raw_parts_mut(to.wrapping_add(i * wide), wide) };
        to[..strip.len()].copy_from_slice(&row[strip.clone()]);
        to[strip.len()..].fill(T::default());
    }
}

/// `out = left·right`, or `out += left·right` if `add`: `rows` × `inner` by `inner` × `V` vectors, `R` rows at once. An
/// element's sum runs over the inner axis in order, each product fused with its addition where instructions do that.
///
/// # Safety
/// The matrices have these sizes, and `out` is the caller's alone.
#[inline(always)]
pub(super) unsafe fn panel<T: Real, S: Isa, const R: usize, const V: usize>(
    isa: S,
    (rows, inner): (usize, usize),
    left: Left<T>,
    right: Lines<*const T>,
    out: Lines<*mut T>,
    add: bool,
) {
    let mut row = 0;
    while row < rows {
        let from = Left { start: left.start.wrapping_add(row * left.row), ..left };
        let to = Lines { start: out.start.wrapping_add(row * out.step), ..out };
        if rows - row >= R {
            // SAFETY: R rows are left.
            unsafe { block::<T, S, R, V>(isa, inner, from, right, to, add) };
            row += R;
        } else {
            // SAFETY: one row is left.
            unsafe { block::<T, S, 1, V>(isa, inner, from, right, to, add) };
            row += 1;
        }
    }
}

/// `R` rows.
///
/// # Safety
/// As for [`panel`].
#[inline(always)]
unsafe fn block<T: Real, S: Isa, const R: usize, const V: usize>(
    isa: S,
    inner: usize,
    left: Left<T>,
    right: Lines<*const T>,
    out: Lines<*mut T>,
    add: bool,
) {
    let mut sums = [[T::Lanes::<S>::splat(isa, T::default()); V]; R];
    if add {
        for (r, sums) in sums.iter_mut().enumerate() {
            // SAFETY: `out` has R rows.
            *sums = unsafe { load::<T, S, V>(isa, out.start.wrapping_add(r * out.step)) };
        }
    }
    for k in 0..inner {
        // SAFETY: `right` has `inner` rows.
        let vectors = unsafe { load::<T, S, V>(isa, right.start.wrapping_add(k * right.step)) };
        for (r, sums) in sums.iter_mut().enumerate() {
            // SAFETY: `left` has R rows and `inner` columns.
            let factor = unsafe { *left.start.wrapping_add(r * left.row + k * left.column) };
            let factor = T::Lanes::<S>::splat(isa, factor);
            for (sum, vector) in sums.iter_mut().zip(vectors) {
                *sum = sum.plus_product(factor, vector);
            }
        }
    }
    for (r, sums) in sums.into_iter().enumerate() {
        // SAFETY: as above.
        unsafe { store::<T, S, V>(sums, out.start.wrapping_add(r * out.step)) };
    }
}

/// `V` vectors.
///
/// # Safety
/// They may be read.
#[inline(always)]
pub(super) unsafe fn load<T: Real, S: Isa, const V: usize>(isa: S, from: *const T) -> [T::Lanes<S>; V] {
    let lanes = T::Lanes::<S>::LANES;
    // SAFETY: the caller says so.
    std::array::from_fn(|v| Vector::load(isa, unsafe { std::slice::from_raw_parts(from.wrapping_add(v * lanes), lanes) }))
}

/// Stores `V` vectors.
///
/// # Safety
/// They may be written, by the caller alone.
#[inline(always)]
pub(super) unsafe fn store<T: Real, S: Isa, const V: usize>(vectors: [T::Lanes<S>; V], to: *mut T) {
    let lanes = T::Lanes::<S>::LANES;
    for (v, vector) in vectors.into_iter().enumerate() {
        // SAFETY: the caller says so.
        vector.store(unsafe { std::slice::from_raw_parts_mut(to.wrapping_add(v * lanes), lanes) });
    }
}
