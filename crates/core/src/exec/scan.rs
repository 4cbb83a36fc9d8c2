//! `scan`: turns over the entries of sequences.

use super::control::{Next, Tensors, split};
use crate::backend::{Backend, OutputSpec, Tensor};
use crate::graph::view::Layout;
use crate::plan::Plan;
use crate::{Error, Result};
use smallvec::SmallVec;
use std::sync::Arc;

/// The state, the sequences, and the results of each turn so far.
pub(super) struct Scan<B: Backend> {
    /// The state between turns; a turn takes it, so that the new one may take over its buffers.
    carry: Tensors<B>,
    carries: usize,
    xs: Tensors<B>,
    captures: Tensors<B>,
    body: Arc<Plan>,
    /// Results, with an entry for each turn: filled in as they come, so that they are never there twice.
    ys: Tensors<B>,
    turn: usize,
    length: usize,
    reverse: bool,
}

impl<B: Backend> Scan<B> {
    /// `length` turns of `body` over a state, sequences and captures.
    pub(super) fn new(
        backend: &B,
        [carry, mut xs, captures]: [Tensors<B>; 3],
        body: Arc<Plan>,
        length: usize,
        reverse: bool,
    ) -> Result<Scan<B>> {
        for x in &mut xs {
            *x = backend.contiguous(x)?;
        }
        Ok(Scan { carries: carry.len(), carry, xs, captures, body, ys: Vec::new(), turn: 0, length, reverse })
    }

    /// The entry that this turn reads and writes.
    fn at(&self) -> usize {
        if self.reverse { self.length - 1 - self.turn } else { self.turn }
    }

    pub(super) fn next(&mut self, backend: &B) -> Result<Next<B>> {
        let mut tensors = std::mem::take(&mut self.carry);
        if self.turn < self.length {
            let at = self.at();
            tensors.extend(self.xs.iter().map(|x| row(x, at)));
            tensors.extend(self.captures.iter().cloned());
            return Ok(Next::Enter(self.body.clone(), tensors));
        }
        match self.length {
            0 => tensors.extend(self.nothing(backend)?),
            _ => tensors.append(&mut self.ys),
        }
        Ok(Next::Done(tensors))
    }

    /// The results of no turn.
    fn nothing(&self, backend: &B) -> Result<Tensors<B>> {
        let graph = &self.body.graph;
        let results = graph.outputs.iter().skip(self.carries).map(|v| {
            let ty = graph.ty(*v);
            let shape =
                ty.shape.known().ok_or_else(|| Error::unsupported("a scan over nothing whose results have unknown sizes"))?;
            stacked(backend, ty.dtype, &shape, 0)
        });
        results.collect()
    }

    /// Takes in what a turn gave.
    pub(super) fn returned(&mut self, backend: &B, mut tensors: Tensors<B>) -> Result<()> {
        let results = split(&mut tensors, self.carries)?;
        self.carry = tensors;
        if self.turn == 0 {
            self.ys = results.iter().map(|y| stacked(backend, y.dtype, y.shape(), self.length)).collect::<Result<_>>()?;
        }
        let at = self.at();
        for (whole, entry) in self.ys.iter_mut().zip(&results) {
            if whole.shape()[1..] != *entry.shape() {
                let (first, now) = (&whole.shape()[1..], entry.shape());
                return Err(Error::shape(format!("a result of turn {} has shape {now:?}, of turn 0 {first:?}", self.turn)));
            }
            backend.put(whole, at, entry)?;
        }
        self.turn += 1;
        Ok(())
    }
}

/// Room for `length` entries of this shape.
fn stacked<B: Backend>(backend: &B, dtype: crate::DType, shape: &[usize], length: usize) -> Result<Tensor<B::Buffer>> {
    let shape: SmallVec<[usize; 4]> = std::iter::once(length).chain(shape.iter().copied()).collect();
    backend.empty(&OutputSpec::new(dtype, &shape))
}

/// Entry `i` along the first axis, as a view.
fn row<T: Clone>(x: &Tensor<T>, i: usize) -> Tensor<T> {
    let layout = Arc::new(Layout {
        shape: x.layout.shape[1..].into(),
        strides: x.layout.strides[1..].into(),
        offset: (x.layout.offset as isize + i as isize * x.layout.strides[0]) as usize,
    });
    Tensor { buffer: x.buffer.clone(), dtype: x.dtype, layout }
}
