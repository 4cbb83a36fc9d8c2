//! Small blocks that a thread keeps for its next buffers: a step makes and drops hundreds of them, and neither locks nor
//! asks the system then.

use super::allocator::{Block, class_bytes};
use std::cell::RefCell;

/// Classes that are kept: up to 64 KiB.
const CLASSES: usize = 41;
/// Most bytes that a thread keeps.
const MOST: usize = 1 << 20;
/// Most blocks of a class that a thread keeps. One that only drops what another thread makes, as that of JavaScript does
/// with results, gives the rest back.
const BLOCKS: usize = 256;

struct Spare {
    #[expect(clippy::vec_box, reason = "a box goes from buffer to buffer as it is, so that none is allocated")]
    blocks: [Vec<Box<Block>>; CLASSES],
    bytes: usize,
}

thread_local! {
    static SPARE: RefCell<Spare> = const { RefCell::new(Spare { blocks: [const { Vec::new() }; CLASSES], bytes: 0 }) };
}

/// A resting block of this class.
pub(super) fn take(class: usize) -> Option<Box<Block>> {
    if class >= CLASSES {
        return None;
    }
    let take = |spare: &RefCell<Spare>| {
        let mut spare = spare.borrow_mut();
        let block = spare.blocks[class].pop()?;
        spare.bytes -= class_bytes(class);
        Some(block)
    };
    SPARE.try_with(take).ok().flatten()
}

/// Keeps a block, or lets it go where there are enough.
pub(super) fn keep(mut block: Box<Block>) {
    let class = block.class();
    if class >= CLASSES {
        return;
    }
    block.rest();
    // While a thread ends it keeps nothing any more: the block is dropped.
    let _ = SPARE.try_with(|spare| {
        let mut spare = spare.borrow_mut();
        let bytes = class_bytes(class);
        if spare.bytes + bytes <= MOST && spare.blocks[class].len() < BLOCKS {
            spare.bytes += bytes;
            spare.blocks[class].push(block);
        }
    });
}

/// Gives up what this thread keeps.
pub(super) fn clear() {
    let _ = SPARE.try_with(|spare| {
        let mut spare = spare.borrow_mut();
        spare.blocks.iter_mut().for_each(Vec::clear);
        spare.bytes = 0;
    });
}

#[cfg(test)]
mod tests {
    use super::super::Buffer;
    use super::*;
    use crate::memory::allocator::class_of;

    #[test]
    fn a_small_buffer_takes_over_the_block_of_the_last_one() {
        let first = Buffer::new(100).unwrap();
        let address = first.address();
        drop(first);
        let second = Buffer::new(90).unwrap();
        assert_eq!((second.address(), second.bytes().len()), (address, 90));
    }

    #[test]
    fn a_thread_keeps_no_more_than_its_share() {
        let buffers: Vec<Buffer> = (0..100).map(|_| Buffer::new(60_000).unwrap()).collect();
        drop(buffers);
        SPARE.with_borrow(|spare| assert!(spare.bytes <= MOST && spare.bytes > MOST / 2));
        clear();
        SPARE.with_borrow(|spare| assert_eq!(spare.bytes, 0));
    }

    #[test]
    fn a_thread_that_only_drops_small_buffers_gives_them_back() {
        let buffers: Vec<Buffer> = (0..2 * BLOCKS).map(|_| Buffer::new(8).unwrap()).collect();
        drop(buffers);
        SPARE.with_borrow(|spare| assert_eq!(spare.blocks[0].len(), BLOCKS));
    }

    #[test]
    fn the_largest_kept_class_is_64_kib() {
        assert_eq!(class_of(64 << 10), CLASSES - 1);
    }
}
