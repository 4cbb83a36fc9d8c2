//! A backend on which no read arrives at once: what a device that has to be awaited does to the executor.

use crate::run::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use talray_core::backend::{Backend, Inputs, OutputSpec, Results, Tensor, Work};
use talray_core::exec::{Progress, Run};
use talray_core::graph::OpId;
use talray_core::passes::Passes;
use talray_core::plan::Plan;
use talray_core::{DType, Graph, Literal, Result};
use talray_kernels_cpu::Cpu;

/// `B`, whose every read answers `None` a few times before it arrives.
pub struct Delayed<B> {
    inner: B,
    delay: usize,
    waits: AtomicUsize,
}

impl<B> Delayed<B> {
    /// Reads of `inner` arrive at poll number `delay`, counted from 0.
    pub fn new(inner: B, delay: usize) -> Delayed<B> {
        Delayed { inner, delay, waits: AtomicUsize::new(0) }
    }

    /// How many polls came too early so far.
    pub fn waits(&self) -> usize {
        self.waits.load(Relaxed)
    }
}

/// A read under way, and the polls that it still refuses.
pub struct DelayedRead<R> {
    inner: R,
    left: usize,
}

impl<B: Backend> Backend for Delayed<B> {
    type Buffer = B::Buffer;
    type Read = DelayedRead<B::Read>;

    fn supports(&self, op: OpId) -> bool {
        self.inner.supports(op)
    }

    fn run(
        &self,
        work: Work<'_>,
        inputs: Inputs<'_, B::Buffer>,
        outputs: &[OutputSpec],
        results: Results<'_, B::Buffer>,
    ) -> Result<()> {
        self.inner.run(work, inputs, outputs, results)
    }

    fn owns(&self, tensor: &mut Tensor<B::Buffer>) -> bool {
        self.inner.owns(tensor)
    }

    fn own(&self, tensor: &mut Tensor<B::Buffer>) -> Result<()> {
        self.inner.own(tensor)
    }

    fn contiguous(&self, tensor: &Tensor<B::Buffer>) -> Result<Tensor<B::Buffer>> {
        self.inner.contiguous(tensor)
    }

    fn empty(&self, spec: &OutputSpec) -> Result<Tensor<B::Buffer>> {
        self.inner.empty(spec)
    }

    fn put(&self, whole: &mut Tensor<B::Buffer>, at: usize, entry: &Tensor<B::Buffer>) -> Result<()> {
        self.inner.put(whole, at, entry)
    }

    fn upload(&self, bytes: &[u8], dtype: DType, shape: &[usize]) -> Result<Tensor<B::Buffer>> {
        self.inner.upload(bytes, dtype, shape)
    }

    fn read(&self, tensor: &Tensor<B::Buffer>) -> Result<DelayedRead<B::Read>> {
        Ok(DelayedRead { inner: self.inner.read(tensor)?, left: self.delay })
    }

    fn poll(&self, read: &mut DelayedRead<B::Read>) -> Option<Result<Vec<u8>>> {
        if read.left > 0 {
            read.left -= 1;
            self.waits.fetch_add(1, Relaxed);
            return None;
        }
        self.inner.poll(&mut read.inner)
    }
}

/// Runs `graph`, going on after each suspension; gives outputs and the number of suspensions.
///
/// # Errors
/// What planning and running refuse.
pub fn suspended(graph: &Graph, inputs: &[Literal], passes: &Passes, backend: &Delayed<Cpu>) -> Result<(Vec<Output>, usize)> {
    let plan = Plan::new(graph, graph.outputs.len(), passes, &|op| backend.supports(op))?;
    // What crosses a port is what runs.
    let plan = Plan::from_bytes(&plan.to_bytes()?)?;
    let inputs = inputs.iter().map(|x| backend.upload(&x.bytes, x.dtype, &x.shape)).collect::<Result<Vec<_>>>()?;
    let mut run = Run::new(Arc::new(plan), inputs)?;
    let mut waits = 0;
    let tensors = loop {
        match run.advance(backend)? {
            Progress::Done(tensors) => break tensors,
            _ => waits += 1,
        }
    };
    let mut outputs = Vec::new();
    for t in &tensors {
        let mut read = backend.read(t)?;
        let bytes = loop {
            if let Some(bytes) = backend.poll(&mut read) {
                break bytes?;
            }
        };
        outputs.push(Output { dtype: t.dtype, shape: t.shape().to_vec(), bytes });
    }
    Ok((outputs, waits))
}
