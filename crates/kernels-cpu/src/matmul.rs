//! Matrix products of f32 and f64 over slices: bounds are checked here, so that callers stay safe.

use crate::pool::Pool;
use crate::simd::product::{Target, product};
use crate::simd::{Packed, Real};
use talray_core::{Error, Result};

/// A read-only matrix inside a slice.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a, T> {
    pub(crate) data: &'a [T],
    offset: usize,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) row_stride: isize,
    pub(crate) column_stride: isize,
}

impl<'a, T> Matrix<'a, T> {
    /// `rows` × `columns` elements, the first at `offset`, with these steps between rows and columns.
    ///
    /// # Errors
    /// `INTERNAL` when an element lies outside `data`.
    pub fn new(
        data: &'a [T],
        offset: usize,
        [rows, columns]: [usize; 2],
        [row_stride, column_stride]: [isize; 2],
    ) -> Result<Self> {
        let m = Matrix { data, offset, rows, columns, row_stride, column_stride };
        let reach = |n: usize, stride: isize| (n.max(1) as isize - 1).checked_mul(stride);
        let inside = || {
            let (r, c) = (reach(rows, row_stride)?, reach(columns, column_stride)?);
            let first = isize::try_from(offset).ok()?;
            let least = first.checked_add(r.min(0))?.checked_add(c.min(0))?;
            let most = first.checked_add(r.max(0))?.checked_add(c.max(0))?;
            (least >= 0 && (most as usize) < data.len()).then_some(())
        };
        if rows * columns > 0 && inside().is_none() {
            return Err(Error::internal("a matrix reaches outside its buffer"));
        }
        Ok(m)
    }

    /// `rows` × `columns` elements in row-major order from the start of `data`.
    ///
    /// # Errors
    /// `INTERNAL` when `data` is too short.
    pub fn rows(data: &'a [T], rows: usize, columns: usize) -> Result<Self> {
        Matrix::new(data, 0, [rows, columns], [columns as isize, 1])
    }

    /// The same elements with rows and columns exchanged.
    #[must_use]
    pub fn t(self) -> Self {
        Matrix { rows: self.columns, columns: self.rows, row_stride: self.column_stride, column_stride: self.row_stride, ..self }
    }
}

impl<T> Matrix<'_, T> {
    /// The same, with the stride of an axis of one element, which says nothing, as that of a row-major matrix.
    pub(crate) fn natural(self) -> Self {
        let column_stride = if self.columns == 1 { 1 } else { self.column_stride };
        let row_stride = if self.rows == 1 { self.columns as isize } else { self.row_stride };
        Matrix { row_stride, column_stride, ..self }
    }

    /// Index of an element in the slice.
    #[inline(always)]
    pub(crate) fn at(&self, row: usize, column: usize) -> usize {
        self.offset.wrapping_add_signed(row as isize * self.row_stride + column as isize * self.column_stride)
    }

    /// Address of the first element.
    pub(crate) fn start(&self) -> *const T {
        self.data.as_ptr().wrapping_add(self.offset)
    }
}

/// Element types that the products are made for.
pub trait Gemm: Real + Packed + Send + Sync {
    /// 0.
    const NOTHING: Self;
}

impl Gemm for f32 {
    const NOTHING: Self = 0.0;
}

impl Gemm for f64 {
    const NOTHING: Self = 0.0;
}

/// `out = a·b`, or `out += a·b` if `accumulate`, where row i of the result is
/// `out[i·row_stride .. i·row_stride + b.columns]`. Elements of `out` between rows are left alone.
///
/// # Errors
/// `INTERNAL` when inner sizes differ or `out` is too short.
pub fn matmul<T: Gemm>(
    pool: &Pool,
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    out: &mut [T],
    row_stride: usize,
    accumulate: bool,
) -> Result<()> {
    let (m, k, n) = (a.rows, a.columns, b.columns);
    if b.rows != k {
        return Err(Error::internal(format!("inner sizes {k} and {} differ", b.rows)));
    }
    if m == 0 || n == 0 {
        return Ok(());
    }
    if (m - 1) * row_stride + n > out.len() || (m > 1 && row_stride < n) {
        return Err(Error::internal("the product does not fit its buffer"));
    }
    if k == 0 {
        if !accumulate {
            out.chunks_mut(row_stride.max(n)).take(m).for_each(|row| row[..n].fill(T::NOTHING));
        }
        return Ok(());
    }
    product(a, b, Target { data: out, step: row_stride, add: accumulate }, pool);
    Ok(())
}
