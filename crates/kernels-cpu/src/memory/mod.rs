//! CPU memory: reference-counted, 64-byte aligned buffers from one counting allocator.
#![expect(unsafe_code, reason = "raw allocation, and exclusive access to buffers that were just made")]

mod allocator;
mod prefetch;
mod spare;

pub use allocator::{Stats, set_limit, stats, trim};
pub use prefetch::prefetch;

use allocator::{Block, class_of};
use std::ptr::NonNull;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use talray_core::Result;

/// A shared piece of memory. It goes back to the allocator with its last clone.
#[derive(Debug)]
pub struct Buffer(NonNull<Block>);

// SAFETY: a buffer owns a share of its block, which may be used from any thread; the count of shares is atomic.
unsafe impl Send for Buffer {}
// SAFETY: as above; shared access only reads.
unsafe impl Sync for Buffer {}

impl Buffer {
    /// A buffer of `bytes` bytes with unspecified (but initialised) contents.
    ///
    /// # Errors
    /// `MEMORY` past the limit or when the system has none left.
    pub fn new(bytes: usize) -> Result<Buffer> {
        let block = match spare::take(class_of(bytes)) {
            Some(mut block) => {
                block.renew(bytes)?;
                block
            }
            None => Box::new(Block::new(bytes)?),
        };
        Ok(Buffer(NonNull::from(Box::leak(block))))
    }

    /// A copy of `data`.
    ///
    /// # Errors
    /// As [`Buffer::new`].
    pub fn from_bytes(data: &[u8]) -> Result<Buffer> {
        let mut buffer = Buffer::new(data.len())?;
        if let Some(bytes) = buffer.get_mut() {
            bytes.copy_from_slice(data);
        }
        Ok(buffer)
    }

    #[inline]
    fn block(&self) -> &Block {
        // SAFETY: the block lives until its last share is dropped.
        unsafe { self.0.as_ref() }
    }

    /// Its bytes.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the block is initialised and lives as long as `self`; it is only written through
        // `get_mut`, when no other clone exists.
        unsafe { std::slice::from_raw_parts(self.block().pointer(), self.block().len()) }
    }

    /// Its bytes, to be written, if this is the only clone.
    #[inline]
    pub fn get_mut(&mut self) -> Option<&mut [u8]> {
        if !self.is_unique() {
            return None;
        }
        let (pointer, len) = (self.block().pointer(), self.block().len());
        // SAFETY: no other clone exists, and the borrow of `self` keeps one from being made.
        Some(unsafe { std::slice::from_raw_parts_mut(pointer, len) })
    }

    /// Is this the only clone?
    #[inline]
    pub fn is_unique(&mut self) -> bool {
        // A clone can be made of a clone only. What other threads did with clones that they dropped comes before what is
        // done with the bytes now.
        self.block().shares.load(Acquire) == 1
    }

    /// Address of its first byte, to compare buffers by.
    pub fn address(&self) -> usize {
        self.block().pointer() as usize
    }
}

impl Clone for Buffer {
    #[inline]
    fn clone(&self) -> Buffer {
        self.block().shares.fetch_add(1, Relaxed);
        Buffer(self.0)
    }
}

impl Drop for Buffer {
    #[inline]
    fn drop(&mut self) {
        // The last one need not say so to anybody.
        if self.is_unique() || self.block().shares.fetch_sub(1, Release) == 1 {
            self.block().shares.load(Acquire);
            // SAFETY: it came from a box, and no other share is left.
            spare::keep(unsafe { Box::from_raw(self.0.as_ptr()) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_can_be_written_only_while_nobody_shares_it() {
        let mut a = Buffer::from_bytes(&[1, 2, 3]).unwrap();
        let b = a.clone();
        assert!(a.get_mut().is_none());
        drop(b);
        a.get_mut().unwrap()[0] = 9;
        assert_eq!(a.bytes(), &[9, 2, 3]);
        assert_eq!(a.address() % 64, 0);
    }

    #[test]
    fn live_bytes_return_to_where_they_were() {
        let kept: Vec<Buffer> = (1..100).map(|n| Buffer::new(n * 1000).unwrap()).collect();
        assert!(stats().live >= 4_950_000);
        assert!(stats().peak >= stats().live);
        drop(kept);
    }
}
