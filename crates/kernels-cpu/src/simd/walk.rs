//! The arrays of a chain: checked against the result's shape, with axes merged where all can be walked as one, and run.
#![expect(unsafe_code, reason = "the block machine takes raw arrays, checked here")]

use std::marker::PhantomData;
use std::ops::Range;

use smallvec::SmallVec;
use talray_core::{DType, Error, Result};

use super::machine::{Access, BLOCK, Chain, Grid, Job};
use super::steps::Args;
use crate::elementwise::Source;
use crate::{Input, Pool};

/// Elements a thread takes at once. Borders depend on sizes only.
const CHUNK: usize = 16_384;

/// Gathers inputs and their strides along the axes of the result.
pub(crate) struct Walk<'a> {
    shape: &'a [usize],
    /// Per input: its access, and strides where it is not an output's old content.
    inputs: SmallVec<[Access; 4]>,
    strides: SmallVec<[SmallVec<[isize; 6]>; 4]>,
}

/// Runs a chain of one loop over a few contiguous elements at the least cost; false where that is not what is asked
/// for, and then nothing was done.
pub(crate) fn run_single(
    chain: &Chain,
    dtypes: &[DType],
    shape: &[usize],
    inputs: &[Source<'_>],
    outputs: &mut [&mut [u8]],
) -> bool {
    let Some((step, slots, dst)) = chain.single() else { return false };
    let n: usize = shape.iter().product();
    let ([output], Some(0)) = (outputs, usize::from(dst).checked_sub(dtypes.len())) else { return false };
    let size = chain.outputs[0];
    if n > BLOCK || inputs.len() != dtypes.len() || output.len() != n * size || !output.as_ptr().addr().is_multiple_of(size) {
        return false;
    }
    let mut src = [std::ptr::null(); 3];
    for (src, slot) in src.iter_mut().zip(slots) {
        let (Some(Source::View(input)), Some(dtype)) = (inputs.get(usize::from(slot)), dtypes.get(usize::from(slot))) else {
            return false;
        };
        let (start, size) = (input.offset * dtype.size(), dtype.size());
        let lies =
            input.dtype == *dtype && input.shape == shape && input.is_contiguous() && start + n * size <= input.bytes.len();
        if !lies || !input.bytes.as_ptr().addr().is_multiple_of(size) {
            return false;
        }
        *src = input.bytes.as_ptr().wrapping_add(start);
    }
    // SAFETY: every array was found to hold n elements of the loop's types.
    unsafe { step(&Args { src, dst: output.as_mut_ptr(), n }) };
    true
}

/// A chain of one output with its inputs, whose elements are made a range at a time.
pub(crate) struct Ready<'a> {
    chain: &'a Chain,
    grid: Grid,
    inputs: SmallVec<[Access; 4]>,
    n: usize,
    /// The inputs are read where they lie.
    views: PhantomData<&'a [u8]>,
}

// SAFETY: threads only read the inputs; outputs are given to each call.
unsafe impl Sync for Ready<'_> {}

impl<'a> Ready<'a> {
    /// `chain` over `inputs` of these dtypes, which broadcast to `shape`.
    pub(crate) fn new(chain: &'a Chain, dtypes: &[DType], shape: &[usize], inputs: &[Input<'a>]) -> Result<Self> {
        if inputs.len() != chain.inputs.len() || chain.outputs.len() != 1 {
            return Err(Error::internal("a program was given another number of inputs or outputs"));
        }
        let mut walk = Walk::new(shape);
        for (input, dtype) in inputs.iter().zip(dtypes) {
            walk.add(input, *dtype)?;
        }
        let n = shape.iter().product();
        let (grid, inputs) = walk.finish();
        Ok(Self { chain, grid, inputs, n, views: PhantomData })
    }

    /// Fills `out` with the elements of `range`.
    ///
    /// # Panics
    /// When `out` does not hold exactly these, or they are not in the result: a mistake in a kernel.
    pub(crate) fn fill(&self, range: Range<usize>, out: &mut [u8]) {
        let size = self.chain.outputs[0];
        assert!(range.start <= range.end && range.end <= self.n && out.len() == range.len() * size, "a range outside the result");
        assert!(out.as_ptr().addr().is_multiple_of(size), "an output that is not aligned");
        let start = out.as_mut_ptr().wrapping_sub(range.start * size);
        let job =
            Job { chain: self.chain, grid: &self.grid, inputs: self.inputs.clone(), outputs: SmallVec::from_elem(start, 1) };
        // SAFETY: `add` checked the inputs; the job writes elements of `range` only, which `out` holds and we alone touch.
        unsafe { job.run(range) };
    }
}

impl<'a> Walk<'a> {
    /// Over a result of this shape.
    pub(crate) fn new(shape: &'a [usize]) -> Self {
        Self { shape, inputs: SmallVec::new(), strides: SmallVec::new() }
    }

    /// Adds an input.
    pub(crate) fn add(&mut self, input: &Input<'_>, dtype: DType) -> Result<()> {
        if input.dtype != dtype {
            return Err(Error::internal(format!("a program over {dtype} was given {}", input.dtype)));
        }
        let size = dtype.size();
        if self.shape.contains(&0) {
            broadcast(input, self.shape)?;
            self.inputs.push(Access::Direct(input.bytes.as_ptr()));
            return Ok(());
        }
        let (mut low, mut high) = (input.offset.cast_signed(), input.offset.cast_signed());
        let start = input.bytes.as_ptr().wrapping_add(input.offset * size);
        let same = input.shape == self.shape && input.is_contiguous();
        if same {
            high += self.shape.iter().product::<usize>().cast_signed() - 1;
            self.inputs.push(Access::Direct(start));
        } else {
            let strides = broadcast(input, self.shape)?;
            for (size, stride) in self.shape.iter().zip(&strides) {
                let reach = (size - 1).cast_signed() * stride;
                if reach < 0 { low += reach } else { high += reach }
            }
            self.inputs.push(Access::View(start, self.strides.len()));
            self.strides.push(strides);
        }
        let fits = low >= 0 && (high + 1).cast_unsigned() * size <= input.bytes.len();
        if fits && start.addr().is_multiple_of(size) { Ok(()) } else { Err(Error::internal("a view leaves its buffer")) }
    }

    /// Adds an input that is an output's old content.
    pub(crate) fn add_over(&mut self, output: usize) {
        self.inputs.push(Access::Over(output));
    }

    /// Runs `chain` over all elements. `outputs` hold exactly the elements.
    pub(crate) fn run(self, chain: &Chain, outputs: &mut [&mut [u8]], pool: &Pool) -> Result<()> {
        let n: usize = self.shape.iter().product();
        if self.inputs.len() != chain.inputs.len() || outputs.len() != chain.outputs.len() {
            return Err(Error::internal("a program was given another number of inputs or outputs"));
        }
        for (bytes, size) in outputs.iter().zip(&chain.outputs) {
            if bytes.len() != n * size || !bytes.as_ptr().addr().is_multiple_of(*size) {
                return Err(Error::internal(format!("an output of {n} elements of {size} bytes has {} bytes", bytes.len())));
            }
        }
        if n == 0 {
            return Ok(());
        }
        let (grid, inputs) = self.finish();
        let job = Job { chain, grid: &grid, inputs, outputs: outputs.iter_mut().map(|bytes| bytes.as_mut_ptr()).collect() };
        if n <= CHUNK || pool.threads() == 1 {
            // SAFETY: as above, and nobody else runs this job.
            unsafe { job.run(0..n) };
        } else {
            // SAFETY: as above; chunks do not overlap.
            pool.for_each(n.div_ceil(CHUNK), |i| unsafe { job.run(i * CHUNK..n.min((i + 1) * CHUNK)) });
        }
        Ok(())
    }

    /// Merges axes, and tells views apart that are simpler than that.
    fn finish(mut self) -> (Grid, SmallVec<[Access; 4]>) {
        let mut grid = Grid { sizes: SmallVec::new(), strides: SmallVec::from_elem(SmallVec::new(), self.strides.len()) };
        if self.strides.is_empty() {
            return (grid, self.inputs);
        }
        for (axis, &size) in self.shape.iter().enumerate() {
            if size == 1 {
                continue;
            }
            let joins = |(merged, all): (&SmallVec<[isize; 6]>, &SmallVec<[isize; 6]>)| {
                merged.last().is_some_and(|outer| *outer == all[axis] * size.cast_signed())
            };
            let join = !grid.sizes.is_empty() && grid.strides.iter().zip(&self.strides).all(joins);
            for (merged, all) in grid.strides.iter_mut().zip(&self.strides) {
                if join {
                    merged.pop();
                }
                merged.push(all[axis]);
            }
            match grid.sizes.last_mut() {
                Some(last) if join => *last *= size,
                _ => grid.sizes.push(size),
            }
        }
        if grid.sizes.is_empty() {
            grid.sizes.push(1);
            grid.strides.iter_mut().for_each(|strides| strides.push(0));
        }
        for access in &mut self.inputs {
            let Access::View(start, view) = *access else { continue };
            let strides = &grid.strides[view];
            if strides.iter().all(|stride| *stride == 0) {
                *access = Access::Uniform(start);
            } else if is_row_major(&grid.sizes, strides) {
                *access = Access::Direct(start);
            }
        }
        (grid, self.inputs)
    }
}

/// Strides of `input` along the axes of `shape`, 0 where it repeats.
fn broadcast(input: &Input<'_>, shape: &[usize]) -> Result<SmallVec<[isize; 6]>> {
    let refuse = || Error::shape(format!("shape {:?} does not broadcast to {shape:?}", input.shape));
    let missing = shape.len().checked_sub(input.shape.len()).ok_or_else(refuse)?;
    let mut strides: SmallVec<[isize; 6]> = SmallVec::from_elem(0, missing);
    for ((&size, &stride), &wanted) in input.shape.iter().zip(input.strides).zip(&shape[missing..]) {
        if size != wanted && size != 1 {
            return Err(refuse());
        }
        strides.push(if size == 1 { 0 } else { stride });
    }
    Ok(strides)
}

fn is_row_major(sizes: &[usize], strides: &[isize]) -> bool {
    let mut step = 1;
    sizes.iter().zip(strides).rev().all(|(size, stride)| {
        let fits = *stride == step;
        step *= size.cast_signed();
        fits
    })
}
