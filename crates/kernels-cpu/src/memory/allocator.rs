//! The allocator: blocks by size class, kept for reuse up to a bound, and counted.

use super::spare;
use std::alloc::{Layout, alloc, alloc_zeroed, dealloc};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use talray_core::{Error, Result};

const ALIGN: usize = 64;
/// Classes are 64·(4…7)/4·2ⁿ bytes: at most a quarter of a block is unused.
const CLASSES: usize = 160;
/// Free blocks are given back to the system where they and the live ones would take more than ever were live at once,
/// beyond this many bytes: what a step has used, the next step finds, and need not take from the system page by page.
const POOLED_FREE: usize = 512 << 20;

/// Bytes in use and kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Bytes of live buffers.
    pub live: usize,
    /// Most bytes that were live at once since the last [`trim`].
    pub peak: usize,
    /// Bytes kept for reuse, but for the few that threads keep for small buffers.
    pub pooled: usize,
    /// Number of live buffers.
    pub buffers: usize,
}

struct Counters {
    live: AtomicUsize,
    peak: AtomicUsize,
    pooled: AtomicUsize,
    buffers: AtomicUsize,
    limit: AtomicUsize,
}

static COUNTERS: Counters = Counters {
    live: AtomicUsize::new(0),
    peak: AtomicUsize::new(0),
    pooled: AtomicUsize::new(0),
    buffers: AtomicUsize::new(0),
    limit: AtomicUsize::new(usize::MAX),
};

struct Free(Vec<*mut u8>);
// SAFETY: the pointers are unused blocks that belong to this list alone.
unsafe impl Send for Free {}

static FREE: [Mutex<Free>; CLASSES] = [const { Mutex::new(Free(Vec::new())) }; CLASSES];

/// What the allocator counts.
pub fn stats() -> Stats {
    let c = &COUNTERS;
    Stats {
        live: c.live.load(Relaxed),
        peak: c.peak.load(Relaxed),
        pooled: c.pooled.load(Relaxed),
        buffers: c.buffers.load(Relaxed),
    }
}

/// Live buffers may take at most this many bytes; beyond it allocation fails with `MEMORY`.
pub fn set_limit(bytes: usize) {
    COUNTERS.limit.store(bytes, Relaxed);
}

/// Gives all free blocks back to the system and restarts the peak at what is live.
pub fn trim() {
    spare::clear();
    for (class, list) in FREE.iter().enumerate() {
        let blocks = std::mem::take(&mut lock(list).0);
        for pointer in blocks {
            COUNTERS.pooled.fetch_sub(class_bytes(class), Relaxed);
            // SAFETY: the block came from the system with this layout and nobody uses it.
            unsafe { dealloc(pointer, layout(class_bytes(class))) };
        }
    }
    COUNTERS.peak.store(COUNTERS.live.load(Relaxed), Relaxed);
}

fn lock(list: &Mutex<Free>) -> std::sync::MutexGuard<'_, Free> {
    list.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The least class that holds `bytes`.
pub(super) fn class_of(bytes: usize) -> usize {
    let quarters = bytes.max(1).div_ceil(ALIGN) * 4;
    if quarters <= 4 {
        return 0;
    }
    let power = (usize::BITS - 1 - (quarters - 1).leading_zeros()) as usize - 2;
    let step = (quarters - 1) >> power;
    power * 4 + (step - 4) + 1
}

pub(super) fn class_bytes(class: usize) -> usize {
    if class == 0 {
        return ALIGN;
    }
    let (power, step) = ((class - 1) / 4, (class - 1) % 4 + 5);
    ((step << power) * ALIGN / 4).next_multiple_of(ALIGN)
}

/// Blocks from this size on are put on huge pages where the system has them: a table's rows are read here and there,
/// and with pages of 4 KiB each of them would cost a look into the page table besides; and the processor fetches arrays
/// ahead of a loop only to the end of a page.
const HUGE: usize = 2 << 20;

fn layout(bytes: usize) -> Layout {
    match Layout::from_size_align(bytes, if bytes >= HUGE { HUGE } else { ALIGN }) {
        Ok(layout) => layout,
        Err(_) => Layout::new::<u8>(),
    }
}

/// A zeroed block from the system, or null.
fn fresh(bytes: usize) -> *mut u8 {
    let layout = layout(bytes);
    if layout.align() == ALIGN {
        // SAFETY: the layout is not empty.
        return unsafe { alloc_zeroed(layout) };
    }
    // SAFETY: the layout is not empty.
    let pointer = unsafe { alloc(layout) };
    if pointer.is_null() {
        return pointer;
    }
    // The advice has to come before the first touch. Where it is refused, ordinary pages serve.
    #[cfg(target_os = "linux")]
    // SAFETY: the range is the block, whose content does not matter yet.
    unsafe {
        libc::madvise(pointer.cast(), bytes, libc::MADV_HUGEPAGE);
    }
    // SAFETY: the block has so many bytes.
    unsafe { pointer.write_bytes(0, bytes) };
    pointer
}

/// One allocation.
#[derive(Debug)]
pub(super) struct Block {
    pointer: *mut u8,
    len: usize,
    class: usize,
    /// Is it counted as live?
    live: bool,
    /// Number of buffers that share it, while it is live.
    pub(super) shares: AtomicUsize,
}

// SAFETY: a block owns its memory; sharing is governed by `Buffer`.
unsafe impl Send for Block {}
// SAFETY: as above; shared access only reads.
unsafe impl Sync for Block {}

impl Block {
    pub(super) fn new(len: usize) -> Result<Block> {
        let class = class_of(len);
        let bytes = if class < CLASSES { class_bytes(class) } else { usize::MAX };
        if class >= CLASSES || bytes > isize::MAX as usize {
            return Err(Error::memory(format!("a buffer of {len} bytes is more than this machine can address")));
        }
        let live = begin(len)?;
        let reused = lock(&FREE[class]).0.pop();
        let pointer = match reused {
            Some(pointer) => {
                COUNTERS.pooled.fetch_sub(bytes, Relaxed);
                pointer
            }
            None => fresh(bytes),
        };
        if pointer.is_null() {
            end(len);
            return Err(Error::memory(format!("the system has no {len} bytes left ({} bytes are in use)", live - len)));
        }
        Ok(Block { pointer, len, class, live: true, shares: AtomicUsize::new(1) })
    }

    pub(super) fn pointer(&self) -> *mut u8 {
        self.pointer
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn class(&self) -> usize {
        self.class
    }

    /// Is live again, with `len` bytes of its class.
    pub(super) fn renew(&mut self, len: usize) -> Result<()> {
        begin(len)?;
        (self.len, self.live) = (len, true);
        *self.shares.get_mut() = 1;
        Ok(())
    }

    /// Is no longer live, but stays a block.
    pub(super) fn rest(&mut self) {
        end(self.len);
        self.live = false;
    }
}

/// Counts `len` bytes as live; gives how many are then.
fn begin(len: usize) -> Result<usize> {
    let live = COUNTERS.live.fetch_add(len, Relaxed) + len;
    let limit = COUNTERS.limit.load(Relaxed);
    if live > limit {
        COUNTERS.live.fetch_sub(len, Relaxed);
        let used = live - len;
        return Err(Error::memory(format!("{len} bytes were wanted, but {used} of the limit of {limit} bytes are in use")));
    }
    if live > COUNTERS.peak.load(Relaxed) {
        COUNTERS.peak.fetch_max(live, Relaxed);
    }
    COUNTERS.buffers.fetch_add(1, Relaxed);
    Ok(live)
}

fn end(len: usize) {
    COUNTERS.live.fetch_sub(len, Relaxed);
    COUNTERS.buffers.fetch_sub(1, Relaxed);
}

impl Drop for Block {
    fn drop(&mut self) {
        let bytes = class_bytes(self.class);
        if self.live {
            end(self.len);
        }
        let (live, pooled) = (COUNTERS.live.load(Relaxed), COUNTERS.pooled.load(Relaxed) + bytes);
        if pooled <= POOLED_FREE || live + pooled <= COUNTERS.peak.load(Relaxed) {
            COUNTERS.pooled.fetch_add(bytes, Relaxed);
            lock(&FREE[self.class]).0.push(self.pointer);
        } else {
            // SAFETY: the block came from the system with this layout and this is its last use.
            unsafe { dealloc(self.pointer, layout(bytes)) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_hold_what_they_are_chosen_for_with_little_waste() {
        for n in (1..5000).chain([1 << 20, (1 << 20) + 1, 3 << 28, 1 << 40]) {
            let bytes = class_bytes(class_of(n));
            assert!(bytes >= n, "{n} in {bytes}");
            assert!(bytes < n + n / 4 + 128, "{n} in {bytes}");
        }
    }

    #[test]
    fn an_absurd_size_is_refused() {
        assert_eq!(Block::new(usize::MAX / 2).unwrap_err().code, talray_core::Code::Memory);
    }
}
