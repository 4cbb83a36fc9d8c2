//! What a device must offer so that the executor can run plans on it.

use crate::expr::Program;
use crate::graph::OpId;
use crate::graph::view::Layout;
use crate::{AttrsRef, DType, Result};
use smallvec::SmallVec;
use std::sync::Arc;

/// A tensor in a device's memory. Cloning shares the buffer; a backend may write its result into
/// an input's buffer when that input is the buffer's only holder.
#[derive(Clone, Debug)]
pub struct Tensor<B> {
    /// Where the elements are.
    pub buffer: B,
    /// Their type.
    pub dtype: DType,
    /// Where they lie in the buffer; shared by tensors that lie alike.
    pub layout: Arc<Layout>,
}

impl<B> Tensor<B> {
    /// Sizes.
    pub fn shape(&self) -> &[usize] {
        &self.layout.shape
    }

    /// Bytes of its elements.
    pub fn bytes(&self) -> usize {
        self.layout.size() * self.dtype.size()
    }
}

/// What one step computes.
#[derive(Clone, Copy, Debug)]
pub enum Work<'a> {
    /// A kernel op.
    Op {
        /// Which.
        op: OpId,
        /// Its attributes.
        attrs: AttrsRef<'a>,
        /// Compiled regions (update rules).
        programs: &'a [Arc<Program>],
    },
    /// A scalar program over broadcast inputs.
    Map(&'a Arc<Program>),
}

/// An output to be made.
#[derive(Clone, Debug)]
pub struct OutputSpec {
    /// Element type.
    pub dtype: DType,
    /// How it is to lie: row-major without gaps. For a data-dependent output, sizes are upper bounds.
    pub layout: Arc<Layout>,
}

impl OutputSpec {
    /// A tensor of these sizes.
    pub fn new(dtype: DType, shape: &[usize]) -> OutputSpec {
        OutputSpec { dtype, layout: Arc::new(Layout::contiguous(shape)) }
    }

    /// Sizes.
    pub fn shape(&self) -> &[usize] {
        &self.layout.shape
    }
}

/// Inputs of a step. Those that nobody else will read are moved in, so that their buffers can be reused.
pub type Inputs<B> = SmallVec<[Option<Tensor<B>>; 4]>;

/// Outputs of a step.
pub type Results<B> = SmallVec<[Tensor<B>; 2]>;

/// A device.
pub trait Backend: Send + Sync {
    /// A reference-counted piece of device memory.
    type Buffer: Clone + Send + Sync;
    /// A read that has begun.
    type Read: Send;

    /// Is there a kernel for this op?
    fn supports(&self, op: OpId) -> bool;

    /// Computes a step. Data-dependent outputs come back with their true sizes.
    ///
    /// # Errors
    /// Bad values found while running (an index out of range), or `MEMORY`.
    fn run(&self, work: Work<'_>, inputs: Inputs<Self::Buffer>, outputs: &[OutputSpec]) -> Result<Results<Self::Buffer>>;

    /// Does the tensor fill a buffer that nobody else holds, so that a later step can write into it?
    fn owns(&self, tensor: &mut Tensor<Self::Buffer>) -> bool;

    /// Moves the tensor to a buffer that nobody else holds, unless it is in one: a later step can then write into it.
    ///
    /// # Errors
    /// `MEMORY` where there is no room for a copy; the tensor is then as it was.
    fn own(&self, tensor: &mut Tensor<Self::Buffer>) -> Result<()>;

    /// The same elements, row-major without gaps.
    fn contiguous(&self, tensor: &Tensor<Self::Buffer>) -> Result<Tensor<Self::Buffer>>;

    /// A tensor whose elements are yet to be filled in.
    ///
    /// # Errors
    /// `MEMORY`.
    fn empty(&self, spec: &OutputSpec) -> Result<Tensor<Self::Buffer>>;

    /// Copies `entry` over entry `at` along the first axis of `whole`, which came from [`Backend::empty`] and is held by
    /// nobody else.
    ///
    /// # Errors
    /// `INTERNAL` where somebody holds it, or the entry is of another size.
    fn put(&self, whole: &mut Tensor<Self::Buffer>, at: usize, entry: &Tensor<Self::Buffer>) -> Result<()>;

    /// Copies little-endian elements to the device.
    fn upload(&self, bytes: &[u8], dtype: DType, shape: &[usize]) -> Result<Tensor<Self::Buffer>>;

    /// Begins to copy a tensor's elements back.
    fn read(&self, tensor: &Tensor<Self::Buffer>) -> Result<Self::Read>;

    /// The elements, row-major and little-endian, once they have arrived; `None` until then.
    fn poll(&self, read: &mut Self::Read) -> Option<Result<Vec<u8>>>;
}
