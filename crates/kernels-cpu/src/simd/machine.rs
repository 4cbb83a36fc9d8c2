//! Runs a chain of steps over arrays, block by block: a block of every intermediate value stays in the first-level
//! cache. Contiguous inputs are read and outputs written in place; other inputs are gathered a block at a time.
#![expect(unsafe_code, reason = "blocks are raw memory, so that outputs may lie over inputs and threads may share them")]

use std::cell::RefCell;
use std::ops::Range;

use smallvec::SmallVec;

use super::steps::{Args, Step};
use super::tile::{Operation, Tile};

/// Elements that are worked on at once.
pub(crate) const BLOCK: usize = 512;
/// Rows at least this long are walked one at a time, so that their inputs are read in place.
const LONG_ROW: usize = 256;

/// A part of a chain, which reads and writes slots by number.
pub(crate) enum Link {
    /// One loop.
    Step { step: Step, src: [u16; 3], dst: u16 },
    /// Several operations at once.
    Tile { tile: Tile, operations: Vec<Operation> },
}

/// A chain. Slots are numbered: inputs, outputs, constants, temporaries.
pub(crate) struct Chain {
    pub(crate) links: Vec<Link>,
    /// Bytes of an element of each input.
    pub(crate) inputs: SmallVec<[usize; 4]>,
    /// Bytes of an element of each output.
    pub(crate) outputs: SmallVec<[usize; 2]>,
    /// Bit pattern and bytes of each constant.
    pub(crate) constants: Vec<(u64, usize)>,
    /// Number of temporaries.
    pub(crate) temporaries: usize,
    /// Bytes of the widest element that a slot holds.
    pub(crate) widest: usize,
}

/// How an input lies in memory.
#[derive(Clone, Copy)]
pub(crate) enum Access {
    /// Element i of the result needs element i.
    Direct(*const u8),
    /// Every element of the result needs this one.
    Uniform(*const u8),
    /// It is the old content of this output.
    Over(usize),
    /// Anything else: the start, and the number of the strides in [`Grid::strides`].
    View(*const u8, usize),
}

/// The axes of the result, outermost first, with those merged that all inputs walk as one.
pub(crate) struct Grid {
    pub(crate) sizes: SmallVec<[usize; 6]>,
    /// Steps in elements along each axis, for each view.
    pub(crate) strides: SmallVec<[SmallVec<[isize; 6]>; 4]>,
}

/// A chain with its arrays.
pub(crate) struct Job<'a> {
    pub(crate) chain: &'a Chain,
    pub(crate) grid: &'a Grid,
    pub(crate) inputs: SmallVec<[Access; 4]>,
    pub(crate) outputs: SmallVec<[*mut u8; 2]>,
}

// SAFETY: threads read the inputs and write ranges of the outputs that do not overlap.
unsafe impl Sync for Job<'_> {}

#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; 64]);

thread_local! {
    static SCRATCH: RefCell<Vec<Line>> = const { RefCell::new(Vec::new()) };
}

impl Chain {
    /// The only loop of a chain that is one loop from inputs to an output, with its slots.
    pub(crate) fn single(&self) -> Option<(Step, [u16; 3], u16)> {
        match self.links.as_slice() {
            [Link::Step { step, src, dst }] if self.constants.is_empty() && self.temporaries == 0 => Some((*step, *src, *dst)),
            _ => None,
        }
    }
}

impl Job<'_> {
    /// Runs the chain for the elements of `range`.
    ///
    /// # Safety
    /// Inputs hold what the grid's axes reach, outputs all elements of the grid, aligned to their types; no other
    /// thread touches the outputs in `range`.
    pub(crate) unsafe fn run(&self, range: Range<usize>) {
        let chain = self.chain;
        let bytes = BLOCK * chain.widest;
        let buffers = chain.inputs.len() + chain.constants.len() + chain.temporaries;
        let mut scratch = SCRATCH.take();
        if scratch.len() < buffers * bytes / 64 {
            scratch.resize(buffers * bytes / 64, Line([0; 64]));
        }
        let start = scratch.as_mut_ptr().cast::<u8>();
        let mut buffer = (0..buffers).map(|i| start.wrapping_add(i * bytes));
        let mut take = || buffer.next().unwrap_or(start);
        let most = BLOCK.min(range.len());

        // Slot table: what stays is set here, what moves is set for each block.
        let mut slots: SmallVec<[*mut u8; 24]> = SmallVec::new();
        for (access, size) in self.inputs.iter().zip(&chain.inputs) {
            let block = take();
            if let Access::Uniform(value) = access {
                // SAFETY: the value has `size` bytes, the buffer room for BLOCK of them.
                unsafe { fill(*value, block, *size, most) };
            }
            slots.push(block);
        }
        slots.extend(self.outputs.iter().copied());
        for (value, size) in &chain.constants {
            let block = take();
            // SAFETY: as above; the low bytes of the pattern are the value on little-endian machines, and `size` says how many.
            unsafe { fill(value.to_le_bytes().as_ptr(), block, *size, most) };
            slots.push(block);
        }
        slots.extend((0..chain.temporaries).map(|_| take()));
        let gathered: SmallVec<[*mut u8; 4]> = slots[..chain.inputs.len()].into();

        let row = self.grid.sizes.last().copied().unwrap_or(1);
        let by_rows = row >= LONG_ROW && self.inputs.iter().any(|access| matches!(access, Access::View(..)));
        let mut at = range.start;
        while at < range.end {
            let mut n = BLOCK.min(range.end - at);
            if by_rows {
                n = n.min(row - at % row);
            }
            for (i, (access, size)) in self.inputs.iter().zip(&chain.inputs).enumerate() {
                match access {
                    Access::Direct(start) => slots[i] = start.wrapping_add(at * size).cast_mut(),
                    Access::Over(output) => slots[i] = self.outputs[*output].wrapping_add(at * size),
                    Access::Uniform(_) => {}
                    // SAFETY: the view reaches all elements of the grid, the buffer has room for n.
                    Access::View(start, view) => slots[i] = unsafe { self.gather(*start, *view, *size, at, n, gathered[i]) },
                }
            }
            for (i, size) in chain.outputs.iter().enumerate() {
                slots[chain.inputs.len() + i] = self.outputs[i].wrapping_add(at * size);
            }
            for link in &chain.links {
                match link {
                    Link::Step { step, src, dst } => {
                        let src = src.map(|slot| slots[usize::from(slot)].cast_const());
                        // SAFETY: every slot has n elements of the type that the link was made for.
                        unsafe { step(&Args { src, dst: slots[usize::from(*dst)], n }) }
                    }
                    // SAFETY: as above.
                    Link::Tile { tile, operations } => unsafe { tile(operations, &slots, n) },
                }
            }
            at += n;
        }
        SCRATCH.set(scratch);
    }

    /// `n` elements of a view from element `at` of the grid on: where they lie side by side already, or a copy in `block`.
    unsafe fn gather(&self, start: *const u8, view: usize, size: usize, at: usize, n: usize, block: *mut u8) -> *mut u8 {
        let (sizes, strides) = (&self.grid.sizes, &self.grid.strides[view]);
        let last = sizes.len() - 1;
        let (row, inner) = (sizes[last], strides[last]);
        let mut index: SmallVec<[usize; 6]> = SmallVec::from_elem(0, last);
        let mut rest = at / row;
        let mut offset = 0isize;
        for axis in (0..last).rev() {
            index[axis] = rest % sizes[axis];
            rest /= sizes[axis];
            offset += index[axis].cast_signed() * strides[axis];
        }
        let mut column = at % row;
        let here =
            |offset: isize, column: usize| start.wrapping_offset((offset + column.cast_signed() * inner) * size.cast_signed());
        if inner == 1 && column + n <= row {
            return here(offset, column).cast_mut();
        }
        let mut done = 0;
        while done < n {
            let run = (row - column).min(n - done);
            // SAFETY: the run lies in the view, and the block has room for n elements.
            unsafe { copy(here(offset, column), inner, block.add(done * size), size, run) };
            done += run;
            column = 0;
            for axis in (0..last).rev() {
                index[axis] += 1;
                offset += strides[axis];
                if index[axis] < sizes[axis] {
                    break;
                }
                offset -= strides[axis] * sizes[axis].cast_signed();
                index[axis] = 0;
            }
        }
        block
    }
}

/// Copies `n` elements of `size` bytes that lie `step` elements apart.
unsafe fn copy(src: *const u8, step: isize, dst: *mut u8, size: usize, n: usize) {
    // SAFETY: the caller answers for both arrays.
    unsafe {
        match (step, size) {
            (1, _) => std::ptr::copy_nonoverlapping(src, dst, n * size),
            (0, _) => fill(src, dst, size, n),
            (_, 1) => spread::<u8>(src, step, dst, n),
            (_, 2) => spread::<u16>(src, step, dst, n),
            (_, 4) => spread::<u32>(src, step, dst, n),
            _ => spread::<u64>(src, step, dst, n),
        }
    }
}

unsafe fn spread<T: Copy>(src: *const u8, step: isize, dst: *mut u8, n: usize) {
    let (src, dst) = (src.cast::<T>(), dst.cast::<T>());
    for i in 0..n {
        // SAFETY: the caller answers for both arrays.
        unsafe { *dst.add(i) = *src.offset(i.cast_signed() * step) }
    }
}

/// Writes one element of `size` bytes `n` times.
unsafe fn fill(value: *const u8, dst: *mut u8, size: usize, n: usize) {
    // SAFETY: the caller answers for `size` readable bytes and room for n elements.
    unsafe {
        match size {
            1 => std::slice::from_raw_parts_mut(dst, n).fill(*value),
            2 => std::slice::from_raw_parts_mut(dst.cast::<u16>(), n).fill(value.cast::<u16>().read_unaligned()),
            4 => std::slice::from_raw_parts_mut(dst.cast::<u32>(), n).fill(value.cast::<u32>().read_unaligned()),
            _ => std::slice::from_raw_parts_mut(dst.cast::<u64>(), n).fill(value.cast::<u64>().read_unaligned()),
        }
    }
}
