//! CPU memory: reference-counted, 64-byte aligned buffers from one counting allocator.
#![expect(unsafe_code, reason = "raw allocation, and exclusive access to buffers that were just made")]

mod allocator;
mod prefetch;
mod spare;

pub use allocator::{Stats, set_limit, stats, trim};
pub use prefetch::{prefetch, prefetch_far};

use allocator::{Block, class_of};
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::{Ordering::Acquire, fence};
use talray_core::Result;

/// A shared piece of memory. It goes back to the allocator with its last clone.
#[derive(Clone, Debug)]
pub struct Buffer(ManuallyDrop<Arc<Block>>);

impl Buffer {
    /// A buffer of `bytes` bytes with unspecified (but initialised) contents.
    ///
    /// # Errors
    /// `MEMORY` past the limit or when the system has none left.
    pub fn new(bytes: usize) -> Result<Buffer> {
        let block = match spare::take(class_of(bytes)) {
            Some(mut block) => {
                if let Some(own) = Arc::get_mut(&mut block) {
                    own.renew(bytes)?;
                }
                block
            }
            None => Arc::new(Block::new(bytes)?),
        };
        Ok(Buffer(ManuallyDrop::new(block)))
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

    /// Its bytes.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the block is initialised and lives as long as `self`; it is only written through
        // `get_mut`, when no other clone exists.
        unsafe { std::slice::from_raw_parts(self.0.pointer(), self.0.len()) }
    }

    /// Its bytes, to be written, if this is the only clone.
    #[inline]
    pub fn get_mut(&mut self) -> Option<&mut [u8]> {
        if !self.is_unique() {
            return None;
        }
        let (pointer, len) = (self.0.pointer(), self.0.len());
        // SAFETY: no other clone exists, and the borrow of `self` keeps one from being made.
        Some(unsafe { std::slice::from_raw_parts_mut(pointer, len) })
    }

    /// Is this the only clone?
    #[inline]
    pub fn is_unique(&mut self) -> bool {
        // There are no weak references, and a clone can be made of a clone only.
        let unique = Arc::strong_count(&self.0) == 1;
        // What other threads did with clones that they dropped comes before what is done with the bytes now.
        fence(Acquire);
        unique
    }

    /// Address of its first byte, to compare buffers by.
    pub fn address(&self) -> usize {
        self.0.pointer() as usize
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let unique = self.is_unique();
        // SAFETY: nothing uses the field after this.
        let block = unsafe { ManuallyDrop::take(&mut self.0) };
        if unique {
            spare::keep(block);
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
