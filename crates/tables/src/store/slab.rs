//! Slabs: rows of one size in few large allocations that never move, so that growth copies no row.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;
use talray_core::{Error, Result};

/// Rows in the first slab of a store; slabs double from there up to [`LARGEST`].
const FIRST_ROWS: usize = 64;
/// Bytes from which slabs stop doubling.
const LARGEST: usize = 8 << 20;
/// Slabs of at least this size start at a multiple of it, and ask for pages of it.
const HUGE_PAGE: usize = 2 << 20;
const LINE: usize = 64;

/// Rows of `row_words` 8-byte words, numbered from 0. Freed rows are used again, last first.
pub(crate) struct Slabs {
    row_words: usize,
    /// Rows in all the doubling slabs together, and in each one after them; a power of two.
    large_rows: usize,
    /// How many slabs come before the large ones.
    small_slabs: usize,
    slabs: Vec<Slab>,
    used: u32,
    capacity: usize,
    free: Vec<u32>,
}

impl Slabs {
    pub(crate) fn new(row_words: usize) -> Slabs {
        let fit = (LARGEST / (row_words * 8)).max(FIRST_ROWS);
        let large_rows = 1usize << fit.ilog2();
        let small_slabs = (large_rows / FIRST_ROWS).ilog2() as usize + 1;
        Slabs { row_words, large_rows, small_slabs, slabs: Vec::new(), used: 0, capacity: 0, free: Vec::new() }
    }

    /// A row, zeroed when it was never used before.
    pub(crate) fn add(&mut self) -> Result<u32> {
        if let Some(row) = self.free.pop() {
            return Ok(row);
        }
        if self.used == u32::MAX {
            return Err(Error::memory("a shard of a table holds at most 4294967295 rows; give the table more shards"));
        }
        if self.used as usize == self.capacity {
            let rows = match self.slabs.len() {
                0 => FIRST_ROWS,
                n if n < self.small_slabs => FIRST_ROWS << (n - 1),
                _ => self.large_rows,
            };
            self.slabs.try_reserve(1).map_err(|e| Error::memory(format!("a table cannot grow: {e}")))?;
            self.slabs.push(Slab::zeroed(rows * self.row_words)?);
            self.capacity += rows;
        }
        self.used += 1;
        Ok(self.used - 1)
    }

    /// Gives a row back.
    pub(crate) fn remove(&mut self, row: u32) {
        self.free.push(row);
    }

    /// The words of a row.
    ///
    /// # Panics
    /// When the row was never added.
    #[inline(always)]
    pub(crate) fn row(&self, row: u32) -> &[u64] {
        let (slab, at) = self.place(row as usize);
        &self.slabs[slab][at..at + self.row_words]
    }

    /// The words of a row, to be changed.
    ///
    /// # Panics
    /// When the row was never added.
    #[inline(always)]
    pub(crate) fn row_mut(&mut self, row: u32) -> &mut [u64] {
        let (slab, at) = self.place(row as usize);
        let words = self.row_words;
        &mut self.slabs[slab][at..at + words]
    }

    /// Bytes allocated for rows.
    pub(crate) fn bytes(&self) -> usize {
        self.capacity * self.row_words * 8 + self.free.capacity() * 4
    }

    /// The slab of a row, and its first word there.
    #[inline(always)]
    fn place(&self, row: usize) -> (usize, usize) {
        let (slab, start) = if row >= self.large_rows {
            (self.small_slabs - 1 + row / self.large_rows, row & !(self.large_rows - 1))
        } else if row >= FIRST_ROWS {
            let n = (row / FIRST_ROWS).ilog2();
            (n as usize + 1, FIRST_ROWS << n)
        } else {
            (0, 0)
        };
        (slab, (row - start) * self.row_words)
    }
}

/// Zeroed words that stay where they are.
struct Slab {
    start: NonNull<u64>,
    words: usize,
}

// SAFETY: a slab owns its memory alone and holds plain numbers.
unsafe impl Send for Slab {}
// SAFETY: shared access only reads; writing takes `&mut`.
unsafe impl Sync for Slab {}

impl Slab {
    fn zeroed(words: usize) -> Result<Slab> {
        let layout = Slab::layout(words)?;
        // SAFETY: callers ask for at least one row of at least one word, so the size is not zero.
        let start = NonNull::new(unsafe { alloc_zeroed(layout) }.cast::<u64>())
            .ok_or_else(|| Error::memory(format!("a table cannot grow: {} bytes are not to be had", layout.size())))?;
        #[cfg(target_os = "linux")]
        if layout.align() == HUGE_PAGE {
            // SAFETY: the range was just allocated; the advice changes no content, and failing is harmless.
            unsafe { libc::madvise(start.as_ptr().cast(), layout.size(), libc::MADV_HUGEPAGE) };
        }
        Ok(Slab { start, words })
    }

    fn layout(words: usize) -> Result<Layout> {
        let size = words.checked_mul(8).filter(|n| *n > 0);
        let align = if size.is_some_and(|n| n >= HUGE_PAGE) { HUGE_PAGE } else { LINE };
        size.and_then(|n| Layout::from_size_align(n, align).ok())
            .ok_or_else(|| Error::memory(format!("a slab of {words} words is too large")))
    }
}

impl Drop for Slab {
    fn drop(&mut self) {
        if let Ok(layout) = Slab::layout(self.words) {
            // SAFETY: allocated in `zeroed` with this very layout.
            unsafe { dealloc(self.start.as_ptr().cast(), layout) };
        }
    }
}

impl Deref for Slab {
    type Target = [u64];
    #[inline(always)]
    fn deref(&self) -> &[u64] {
        // SAFETY: `start` points to `words` initialised words that live as long as the slab.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.words) }
    }
}

impl DerefMut for Slab {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [u64] {
        // SAFETY: as in `deref`, and `&mut self` says that nobody else looks.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.words) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_apart_and_never_move() {
        for words in [1, 3, 65, 5000] {
            let mut slabs = Slabs::new(words);
            let mut addresses = Vec::new();
            for n in 0..3000u32 {
                assert_eq!(slabs.add().unwrap(), n);
                assert!(slabs.row(n).iter().all(|w| *w == 0));
                slabs.row_mut(n).fill(u64::from(n) + 1);
                addresses.push(slabs.row(n).as_ptr());
            }
            for n in 0..3000u32 {
                assert!(slabs.row(n).iter().all(|w| *w == u64::from(n) + 1));
                assert_eq!(slabs.row(n).as_ptr(), addresses[n as usize]);
            }
            slabs.remove(17);
            assert_eq!(slabs.add().unwrap(), 17);
        }
    }
}
