//! Products of matrices of f32 and f64: own loops where few rows or small sizes leave no time for packing, packed
//! blocks at the level of AVX2, the `gemm` crate for the rest. An element's sum runs over the inner axis in an order that
//! depends on sizes and strides only, never on the number of threads.
#![expect(unsafe_code, reason = "the packed product takes raw matrices, which `Matrix` has checked")]

use super::blocked::blocked;
use super::level::{Level, dispatch, level};
use super::map::Real;
use super::packed::{Packed, Product};
use super::vector::{Isa, Kernel, Vector};
use crate::matmul::Matrix;
use crate::pool::Pool;

/// Where a product goes: row i is `data[i·step .. i·step + columns]`, to be set or added to.
pub(crate) struct Target<'a, T> {
    pub(crate) data: &'a mut [T],
    pub(crate) step: usize,
    pub(crate) add: bool,
}

/// Puts `a·b` into `c`, whose rows do not overlap and lie in its slice; no size is 0.
pub(crate) fn product<T: Real + Packed + Send + Sync>(a: Matrix<'_, T>, b: Matrix<'_, T>, c: Target<'_, T>, pool: &Pool) {
    let (a, b) = (a.natural(), b.natural());
    let work = a.rows * a.columns * b.columns;
    if a.rows <= FEW && b.row_stride == 1 && b.column_stride != 1 && a.column_stride == 1 {
        dispatch(Dots { a, b, c });
    } else if b.column_stride == 1 && (work <= LITTLE || (a.rows <= FEW && b.rows * b.columns <= NEAR)) {
        dispatch(Rows { a, b, c });
    } else if level() == Level::Avx2 && a.rows > FEW && b.columns > FEW {
        blocked(a, b, c, pool);
    } else {
        let product = Product { a, b, c: c.data.as_mut_ptr(), step: c.step.cast_signed(), add: c.add, threads: pool.threads() };
        // SAFETY: the rows of `c` lie in its slice, apart, and are ours alone.
        unsafe { T::packed(&product) };
    }
}

/// Rows and multiplications up to which packing does not pay.
const FEW: usize = 4;
const LITTLE: usize = 16 * 16 * 16;
/// Elements of a right side that stays in the second-level cache, so that walking it in strips of columns costs nothing.
const NEAR: usize = 1 << 16;

/// Rows of `c` as sums of rows of `b`: columns side by side in vectors, up to four rows at once.
struct Rows<'a, T> {
    a: Matrix<'a, T>,
    b: Matrix<'a, T>,
    c: Target<'a, T>,
}

impl<T: Real> Kernel for Rows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(mut self, isa: S) {
        let lanes = T::Lanes::<S>::LANES;
        let (m, n) = (self.a.rows, self.b.columns);
        let mut column = 0;
        while column < n {
            let four = column + 4 * lanes <= n;
            let mut row = 0;
            while row < m {
                match (m - row >= 4, four) {
                    (true, true) => self.tile::<S, 4, 4>(isa, row, column),
                    (true, false) => self.tile::<S, 4, 1>(isa, row, column),
                    (false, true) => self.tile::<S, 1, 4>(isa, row, column),
                    (false, false) => self.tile::<S, 1, 1>(isa, row, column),
                }
                row += if m - row >= 4 { 4 } else { 1 };
            }
            column += if four { 4 * lanes } else { lanes };
        }
    }
}

impl<T: Real> Rows<'_, T> {
    /// `R` rows and `V` vectors of columns; where `V` is 1 the vector may reach past the last column.
    #[inline(always)]
    fn tile<S: Isa, const R: usize, const V: usize>(&mut self, isa: S, row: usize, column: usize) {
        let lanes = T::Lanes::<S>::LANES;
        let (a, b, n) = (&self.a, &self.b, self.b.columns);
        let mut sums = [[T::Lanes::<S>::splat(isa, T::default()); V]; R];
        for k in 0..a.columns {
            let line = &b.data[b.at(k, column)..];
            let vectors: [T::Lanes<S>; V] = std::array::from_fn(|v| {
                let rest = &line[v * lanes..];
                // What lies past the last column is not stored.
                if rest.len() >= lanes { Vector::load(isa, rest) } else { Vector::load_part(isa, rest) }
            });
            for (r, sums) in sums.iter_mut().enumerate() {
                let factor = T::Lanes::<S>::splat(isa, a.data[a.at(row + r, k)]);
                for (sum, vector) in sums.iter_mut().zip(vectors) {
                    *sum = sum.plus_product(factor, vector);
                }
            }
        }
        for (r, sums) in sums.into_iter().enumerate() {
            let line = &mut self.c.data[(row + r) * self.c.step..][column..n];
            for (v, sum) in sums.into_iter().enumerate() {
                let rest = &mut line[v * lanes..];
                let len = lanes.min(rest.len());
                finish::<T, S>(isa, sum, &mut rest[..len], self.c.add);
            }
        }
    }
}

/// Elements of `c` as dot products of rows of `a` with columns of `b`, both contiguous; four columns at once.
struct Dots<'a, T> {
    a: Matrix<'a, T>,
    b: Matrix<'a, T>,
    c: Target<'a, T>,
}

impl<T: Real> Kernel for Dots<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let (inner, n) = (self.a.columns, self.b.columns);
        for row in 0..self.a.rows {
            let left = &self.a.data[self.a.at(row, 0)..][..inner];
            let line = &mut self.c.data[row * self.c.step..][..n];
            for (j, out) in line.chunks_mut(4).enumerate() {
                // The last columns are repeated where fewer than four are left, so that all take one path.
                let right = std::array::from_fn(|i| &self.b.data[self.b.at(0, (4 * j + i).min(n - 1))..][..inner]);
                let sums = dot4::<T, S>(isa, left, right);
                for (out, sum) in out.iter_mut().zip(sums) {
                    *out = if self.c.add { T::add(*out, sum) } else { sum };
                }
            }
        }
    }
}

/// Four dot products.
#[inline(always)]
fn dot4<T: Real, S: Isa>(isa: S, left: &[T], right: [&[T]; 4]) -> [T; 4] {
    let lanes = T::Lanes::<S>::LANES;
    let mut sums = [T::Lanes::<S>::splat(isa, T::default()); 4];
    let whole = left.len() / lanes * lanes;
    for k in (0..whole).step_by(lanes) {
        let x = T::Lanes::<S>::load(isa, &left[k..k + lanes]);
        for (sum, right) in sums.iter_mut().zip(right) {
            *sum = sum.plus_product(x, Vector::load(isa, &right[k..k + lanes]));
        }
    }
    if whole < left.len() {
        let x = T::Lanes::<S>::load_part(isa, &left[whole..]);
        for (sum, right) in sums.iter_mut().zip(right) {
            *sum = sum.plus_product(x, Vector::load_part(isa, &right[whole..]));
        }
    }
    sums.map(|sum| total::<T, S>(sum))
}

/// The sum of a vector's lanes: halves are added until one is left.
#[inline(always)]
fn total<T: Real, S: Isa>(sum: T::Lanes<S>) -> T {
    let mut lanes = [T::default(); 16];
    sum.store(&mut lanes);
    let mut width = T::Lanes::<S>::LANES;
    while width > 1 {
        width /= 2;
        for i in 0..width {
            lanes[i] = T::add(lanes[i], lanes[i + width]);
        }
    }
    lanes[0]
}

/// `out = sum`, or `out += sum`.
#[inline(always)]
pub(super) fn finish<T: Real, S: Isa>(isa: S, mut sum: T::Lanes<S>, out: &mut [T], add: bool) {
    if add {
        let whole = out.len() == T::Lanes::<S>::LANES;
        sum = if whole { Vector::load(isa, out) } else { T::Lanes::<S>::load_part(isa, out) } + sum;
    }
    if out.len() == T::Lanes::<S>::LANES { sum.store(out) } else { sum.store_part(out) }
}
