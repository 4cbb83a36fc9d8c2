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

/// What a step is given for one of its inputs.
#[derive(Clone, Debug)]
pub enum Given<'a, B> {
    /// Nothing: an optional input was left out.
    Absent,
    /// A tensor that somebody reads later.
    Lent(&'a Tensor<B>),
    /// A tensor that nobody reads again: its buffer can be reused where nothing else holds it.
    Moved(Tensor<B>),
}

impl<B: Clone> Given<'_, B> {
    /// The tensor, if there is one.
    #[inline]
    pub fn tensor(&self) -> Option<&Tensor<B>> {
        match self {
            Given::Absent => None,
            Given::Lent(tensor) => Some(tensor),
            Given::Moved(tensor) => Some(tensor),
        }
    }

    /// The tensor itself, if there is one. A lent one is shared.
    #[inline]
    pub fn into_tensor(self) -> Option<Tensor<B>> {
        match self {
            Given::Absent => None,
            Given::Lent(tensor) => Some(tensor.clone()),
            Given::Moved(tensor) => Some(tensor),
        }
    }

    /// Takes the tensor out, if there is one. A lent one is shared.
    pub fn take(&mut self) -> Option<Tensor<B>> {
        std::mem::replace(self, Given::Absent).into_tensor()
    }
}

/// Inputs of a step.
pub type Inputs<'a, B> = SmallVec<[Given<'a, B>; 4]>;

/// Those inputs that are there.
pub fn present<'t, B: Clone>(inputs: &'t [Given<'_, B>]) -> impl Iterator<Item = &'t Tensor<B>> + Clone {
    inputs.iter().filter_map(Given::tensor)
}

/// Where the outputs of a step are put: a place each, empty before.
pub type Results<'a, B> = &'a mut [Option<Tensor<B>>];

/// A device.
pub trait Backend: Send + Sync {
    /// A reference-counted piece of device memory.
    type Buffer: Clone + Send + Sync;
    /// A read that has begun.
    type Read: Send;

    /// Is there a kernel for this op?
    fn supports(&self, op: OpId) -> bool;

    /// Computes a step and fills the places of its outputs; data-dependent ones have their true sizes then.
    ///
    /// # Errors
    /// Bad values found while running (an index out of range), or `MEMORY`.
    fn run(
        &self,
        work: Work<'_>,
        inputs: Inputs<'_, Self::Buffer>,
        outputs: &[OutputSpec],
        results: Results<'_, Self::Buffer>,
    ) -> Result<()>;

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
