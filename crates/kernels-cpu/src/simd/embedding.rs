//! The first layer over embeddings: each distinct id of a column is multiplied once, and a row's products are added up.
//!
//! Work is cut into groups of output columns, and these into strips of a few vectors, so that what a strip needs stays in
//! the second-level cache. Elements are sums in an order that depends on sizes and ids only.
#![expect(unsafe_code, reason = "threads write columns of one matrix, and scratch memory is raw")]

use std::sync::Mutex;

use super::level::{Level, dispatch};
use super::map::Real;
use super::panel::{Left, Lines, load, pack, panel, store, strips};
use super::vector::{Isa, Kernel, Vector};
use crate::Pool;
use crate::families::distinct::Column;
use crate::memory::Buffer;
use std::ops::Range;
use talray_core::{Error, Result};

/// Output columns that a thread takes at once: a multiple of every strip.
const GROUP: usize = 64;
/// Distinct ids whose products are held at once: with 32 f32 each they leave room for a strip of the result.
const HELD: usize = 4096;

/// `concat(vectors of each column, x) · kernel`.
pub(crate) struct Layer<'a, T> {
    /// The distinct ids of each column, for `batch` rows.
    pub(crate) columns: &'a [Column],
    /// Rows of the batch.
    pub(crate) batch: usize,
    /// Vectors of the distinct ids, column after column: `[pairs, dim]`.
    pub(crate) vectors: &'a [T],
    /// Elements of a vector.
    pub(crate) dim: usize,
    /// `[columns·dim + numbers, units]`
    pub(crate) kernel: &'a [T],
    /// Columns of the result.
    pub(crate) units: usize,
    /// `[batch, numbers]`
    pub(crate) x: &'a [T],
    /// Columns of `x`.
    pub(crate) numbers: usize,
}

impl<T> Layer<'_, T> {
    /// Rows of the kernel.
    pub(super) fn inner(&self) -> usize {
        self.columns.len() * self.dim + self.numbers
    }

    /// For each column, which of all distinct ids are its own.
    pub(super) fn pairs(&self) -> impl Iterator<Item = Range<usize>> {
        self.columns.iter().scan(0, |end, column| {
            let begin = std::mem::replace(end, *end + column.rows().len());
            Some(begin..*end)
        })
    }

    /// Refuses parts that do not fit each other.
    pub(super) fn check(&self, y: usize) -> Result<()> {
        let pairs = self.pairs().last().map_or(0, |own| own.end);
        let fits = self.vectors.len() == pairs * self.dim
            && self.kernel.len() == self.inner() * self.units
            && self.x.len() == self.batch * self.numbers
            && y == self.batch * self.units
            && self.columns.iter().all(|c| c.of().len() == self.batch);
        if fits { Ok(()) } else { Err(Error::internal("the parts of a layer over embeddings do not fit each other")) }
    }
}

/// Memory that threads write at places of their own.
#[derive(Clone, Copy)]
pub(super) struct Shared<T>(pub(super) *mut T);
// SAFETY: those who write say where.
unsafe impl<T> Sync for Shared<T> {}
// SAFETY: as above.
unsafe impl<T> Send for Shared<T> {}

impl<T> Shared<T> {
    /// The address of element `at`.
    pub(super) fn at(&self, at: usize) -> *mut T {
        self.0.wrapping_add(at)
    }
}

/// `work(i, scratch)` for each of `tasks`, with scratch memory of `len` elements each.
pub(super) fn with_scratch<T>(pool: &Pool, tasks: usize, len: usize, work: impl Fn(usize, *mut T) + Sync) -> Result<()> {
    let failure = Mutex::new(Ok(()));
    pool.for_each(tasks, |i| match Buffer::new((len * size_of::<T>()).max(1)) {
        Ok(mut buffer) => {
            if let Some(bytes) = buffer.get_mut() {
                work(i, bytes.as_mut_ptr().cast());
            }
        }
        Err(e) => {
            if let Ok(mut failure) = failure.lock() {
                *failure = Err(e);
            }
        }
    });
    failure.into_inner().unwrap_or(Ok(()))
}

/// Fills `out`, `[batch, units]`.
pub(crate) fn forward<T: Real + Send + Sync>(layer: &Layer<'_, T>, out: &mut [T], pool: &Pool) -> Result<()> {
    layer.check(out.len())?;
    let first = 0..0;
    let mut parts = vec![first];
    let mut held = 0;
    let mut most = 0;
    for (c, own) in layer.pairs().enumerate() {
        let pairs = own.len();
        if held > 0 && held + pairs > HELD {
            parts.push(c..c);
            held = 0;
        }
        held += pairs;
        most = most.max(held);
        if let Some(part) = parts.last_mut() {
            part.end = c + 1;
        }
    }
    let (out, parts) = (Shared(out.as_mut_ptr()), parts.as_slice());
    let scratch = (layer.inner() + layer.batch + most) * GROUP;
    with_scratch(pool, layer.units.div_ceil(GROUP), scratch, |group, scratch| {
        dispatch(Forward { layer, parts, group, out, scratch });
    })
}

struct Forward<'a, T> {
    layer: &'a Layer<'a, T>,
    /// Columns whose products are held at once.
    parts: &'a [Range<usize>],
    group: usize,
    out: Shared<T>,
    scratch: *mut T,
}

impl<T: Real> Kernel for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        if S::LEVEL == Level::Avx512 { self.each_strip::<S, 8, 2>(isa) } else { self.each_strip::<S, 4, 2>(isa) }
    }
}

impl<T: Real> Forward<'_, T> {
    #[inline(always)]
    fn each_strip<S: Isa, const R: usize, const V: usize>(&self, isa: S) {
        for first in strips(self.layer.units, self.group, GROUP, V * T::Lanes::<S>::LANES) {
            self.strip::<S, R, V>(isa, first);
        }
    }

    /// `V` vectors of output columns, of which those past the last are worked out and not stored.
    #[inline(always)]
    fn strip<S: Isa, const R: usize, const V: usize>(&self, isa: S, first: usize) {
        let Layer { columns, batch, vectors, dim, kernel, units, x, numbers } = *self.layer;
        let (wide, width) = (V * T::Lanes::<S>::LANES, (V * T::Lanes::<S>::LANES).min(units - first));
        let packed = self.scratch;
        let sums = packed.wrapping_add(self.layer.inner() * wide);
        let products = sums.wrapping_add(batch * wide);
        // SAFETY: the scratch has room for `inner` rows of GROUP elements, at least as many as a strip has.
        unsafe { pack(kernel, units, first..first + width, packed, wide) };
        if numbers > 0 {
            let left = Left { start: x.as_ptr(), row: numbers, column: 1 };
            let right = Lines { start: packed.wrapping_add(columns.len() * dim * wide).cast_const(), step: wide };
            // SAFETY: `x` is batch × numbers, its part of the kernel is the last.
            unsafe { panel::<T, S, R, V>(isa, (batch, numbers), left, right, Lines { start: sums, step: wide }, false) };
        }
        for (i, part) in self.parts.iter().enumerate() {
            let mut to = products;
            for (c, own) in self.layer.pairs().enumerate().skip(part.start).take(part.len()) {
                let rows = own.len();
                let left = Left { start: vectors[own.start * dim..].as_ptr(), row: dim, column: 1 };
                let right = Lines { start: packed.wrapping_add(c * dim * wide).cast_const(), step: wide };
                // SAFETY: `check` saw `rows` vectors of the column; `products` has room for those of a part.
                unsafe { panel::<T, S, R, V>(isa, (rows, dim), left, right, Lines { start: to, step: wide }, false) };
                to = to.wrapping_add(rows * wide);
            }
            let straight = i + 1 == self.parts.len() && width == wide;
            let to = if straight { Lines { start: self.out.at(first), step: units } } else { Lines { start: sums, step: wide } };
            let begun = (i > 0 || numbers > 0).then_some(sums.cast_const());
            let mut row = 0;
            while row < batch {
                if batch - row >= R {
                    // SAFETY: the rows are in the batch; this strip's part of a row of `out` is this thread's alone.
                    unsafe { self.add::<S, R, V>(isa, row, (&columns[part.clone()], products), begun, to) };
                    row += R;
                } else {
                    // SAFETY: as above.
                    unsafe { self.add::<S, 1, V>(isa, row, (&columns[part.clone()], products), begun, to) };
                    row += 1;
                }
            }
        }
        if width < wide {
            for row in 0..batch {
                let from = sums.wrapping_add(row * wide).cast_const();
                // SAFETY: as above.
                unsafe { std::ptr::copy_nonoverlapping(from, self.out.at(row * units + first), width) };
            }
        }
    }

    /// Adds up the products of `R` rows, to what was `begun`.
    ///
    /// # Safety
    /// The rows are in the batch, the products are those of these columns, and rows of `to` are the caller's alone.
    #[inline(always)]
    unsafe fn add<S: Isa, const R: usize, const V: usize>(
        &self,
        isa: S,
        row: usize,
        (columns, mut products): (&[Column], *const T),
        begun: Option<*const T>,
        to: Lines<*mut T>,
    ) {
        let wide = V * T::Lanes::<S>::LANES;
        let mut totals = [[T::Lanes::<S>::splat(isa, T::default()); V]; R];
        if let Some(begun) = begun {
            for (r, total) in totals.iter_mut().enumerate() {
                // SAFETY: the caller says so.
                *total = unsafe { load::<T, S, V>(isa, begun.wrapping_add((row + r) * wide)) };
            }
        }
        for column in columns {
            let of = &column.of()[row..row + R];
            for (total, number) in totals.iter_mut().zip(of) {
                // SAFETY: a column's numbers are below its number of rows.
                let product = unsafe { load::<T, S, V>(isa, products.wrapping_add(*number as usize * wide)) };
                for (total, product) in total.iter_mut().zip(product) {
                    *total = *total + product;
                }
            }
            products = products.wrapping_add(column.rows().len() * wide);
        }
        for (r, total) in totals.into_iter().enumerate() {
            // SAFETY: the caller says so.
            unsafe { store::<T, S, V>(total, to.start.wrapping_add((row + r) * to.step)) };
        }
    }
}
