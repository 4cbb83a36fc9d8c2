//! `cond`, `while_loop` and `scan`: which region runs next, and with what.

use crate::backend::{Backend, Inputs, Tensor};
use crate::graph::view::Layout;
use crate::plan::Plan;
use crate::{AttrsRef, Error, Result};
use smallvec::SmallVec;
use std::sync::Arc;

type Tensors<B> = Vec<Tensor<<B as Backend>::Buffer>>;

/// What an op with regions wants next.
pub(super) enum Next<B: Backend> {
    /// A read has not arrived.
    Wait,
    /// Run this region.
    Enter(Arc<Plan>, Tensors<B>),
    /// It is done.
    Done(Tensors<B>),
}

/// State of an op with regions.
pub(super) enum Control<B: Backend> {
    Cond { read: Option<B::Read>, inputs: [Tensors<B>; 2], regions: [Arc<Plan>; 2], results: Option<Tensors<B>> },
    While(While<B>),
    Scan(Scan<B>),
}

/// `while_loop`: the state, what each region captured, and which of the two runs.
pub(super) struct While<B: Backend> {
    state: Tensors<B>,
    tests: Tensors<B>,
    captures: Tensors<B>,
    cond: Arc<Plan>,
    body: Arc<Plan>,
    test: Option<Tensor<B::Buffer>>,
    read: Option<B::Read>,
    entered_body: bool,
}

/// `scan`: the carry, the sequences, and the results of each turn so far.
pub(super) struct Scan<B: Backend> {
    carry: Tensors<B>,
    xs: Tensors<B>,
    captures: Tensors<B>,
    body: Arc<Plan>,
    ys: Vec<Tensors<B>>,
    length: usize,
    reverse: bool,
}

impl<B: Backend> Control<B> {
    pub(super) fn start(
        backend: &B,
        attrs: AttrsRef<'_>,
        inputs: Inputs<B::Buffer>,
        regions: &[Arc<Plan>],
    ) -> Result<Control<B>> {
        let mut inputs: Tensors<B> = inputs.into_iter().flatten().collect();
        let mut regions = regions.iter().cloned();
        let mut region = || regions.next().ok_or_else(|| Error::internal("a region is missing"));
        match attrs.op.name {
            "cond" => {
                let regions = [region()?, region()?];
                let rest = split(&mut inputs, 1)?;
                let Some(pred) = std::mem::replace(&mut inputs, rest).pop() else { return Err(few()) };
                let no = split(&mut inputs, attrs.usize("first")?)?;
                Ok(Control::Cond { read: Some(backend.read(&pred)?), inputs: [inputs, no], regions, results: None })
            }
            "while_loop" => {
                let mut tests = split(&mut inputs, attrs.usize("state")?)?;
                let captures = split(&mut tests, attrs.usize("tests")?)?;
                let (cond, body) = (region()?, region()?);
                Ok(Control::While(While {
                    state: inputs,
                    tests,
                    captures,
                    cond,
                    body,
                    test: None,
                    read: None,
                    entered_body: true,
                }))
            }
            "scan" => {
                let carries = attrs.usize("carries")?;
                let mut xs = split(&mut inputs, carries)?;
                let captures = split(&mut xs, attrs.usize("sequences")?)?;
                for x in &mut xs {
                    *x = backend.contiguous(x)?;
                }
                let length = match xs.first() {
                    Some(x) => x.shape()[0],
                    None => attrs.usize("length")?,
                };
                let reverse = attrs.bool("reverse")?;
                Ok(Control::Scan(Scan { carry: inputs, xs, captures, body: region()?, ys: Vec::new(), length, reverse }))
            }
            other => Err(Error::internal(format!("{other} is not a control op"))),
        }
    }

    pub(super) fn returned(&mut self, tensors: Tensors<B>) -> Result<()> {
        match self {
            Control::Cond { results, .. } => *results = Some(tensors),
            Control::While(w) if w.entered_body => w.state = tensors,
            Control::While(w) => w.test = tensors.into_iter().next(),
            Control::Scan(s) => {
                let mut carry = tensors;
                let ys = split(&mut carry, s.carry.len())?;
                s.carry = carry;
                s.ys.push(ys);
            }
        }
        Ok(())
    }

    pub(super) fn next(&mut self, backend: &B) -> Result<Next<B>> {
        match self {
            Control::Cond { read, inputs, regions, results } => {
                if let Some(results) = results.take() {
                    return Ok(Next::Done(results));
                }
                let Some(pred) = poll::<B>(backend, read)? else { return Ok(Next::Wait) };
                let branch = usize::from(!pred);
                Ok(Next::Enter(regions[branch].clone(), std::mem::take(&mut inputs[branch])))
            }
            Control::While(w) => w.next(backend),
            Control::Scan(s) => s.next(backend),
        }
    }
}

/// Takes off what follows the first `at` tensors.
fn split<T>(tensors: &mut Vec<T>, at: usize) -> Result<Vec<T>> {
    if at <= tensors.len() { Ok(tensors.split_off(at)) } else { Err(few()) }
}

fn few() -> Error {
    Error::internal("an op with regions has fewer tensors than it says")
}

/// The truth of a scalar that is being read, once it is there.
fn poll<B: Backend>(backend: &B, read: &mut Option<B::Read>) -> Result<Option<bool>> {
    let Some(pending) = read else { return Err(Error::internal("no read was begun")) };
    match backend.poll(pending) {
        None => Ok(None),
        Some(bytes) => {
            *read = None;
            Ok(Some(bytes?.iter().any(|b| *b != 0)))
        }
    }
}

impl<B: Backend> While<B> {
    fn next(&mut self, backend: &B) -> Result<Next<B>> {
        let with_captures = |state: &[Tensor<B::Buffer>], captures: &[Tensor<B::Buffer>]| [state, captures].concat();
        if let Some(test) = self.test.take() {
            self.read = Some(backend.read(&test)?);
        }
        if self.read.is_some() {
            return Ok(match poll::<B>(backend, &mut self.read)? {
                None => Next::Wait,
                Some(false) => Next::Done(std::mem::take(&mut self.state)),
                Some(true) => {
                    self.entered_body = true;
                    Next::Enter(self.body.clone(), with_captures(&self.state, &self.captures))
                }
            });
        }
        self.entered_body = false;
        Ok(Next::Enter(self.cond.clone(), with_captures(&self.state, &self.tests)))
    }
}

impl<B: Backend> Scan<B> {
    fn next(&mut self, backend: &B) -> Result<Next<B>> {
        let turn = self.ys.len();
        if turn < self.length {
            let at = if self.reverse { self.length - 1 - turn } else { turn };
            let mut inputs = std::mem::take(&mut self.carry);
            let carries = inputs.len();
            inputs.extend(self.xs.iter().map(|x| row(x, at)));
            inputs.extend(self.captures.iter().cloned());
            // The carry's length is needed when the body returns.
            self.carry = inputs[..carries].to_vec();
            return Ok(Next::Enter(self.body.clone(), inputs));
        }
        let mut results = std::mem::take(&mut self.carry);
        let columns = self.body.graph.outputs.len() - results.len();
        for i in 0..columns {
            let mut rows: Vec<&Tensor<B::Buffer>> = self.ys.iter().map(|turn| &turn[i]).collect();
            if self.reverse {
                rows.reverse();
            }
            results.push(stack(backend, &rows, &self.body, results.len())?);
        }
        Ok(Next::Done(results))
    }
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

/// The same elements with a first axis of size 1.
fn lengthened<T: Clone>(x: &Tensor<T>) -> Tensor<T> {
    let mut layout = Layout::clone(&x.layout);
    layout.shape.insert(0, 1);
    layout.strides.insert(0, 0);
    Tensor { buffer: x.buffer.clone(), dtype: x.dtype, layout: Arc::new(layout) }
}

fn stack<B: Backend>(backend: &B, rows: &[&Tensor<B::Buffer>], body: &Plan, output: usize) -> Result<Tensor<B::Buffer>> {
    use crate::backend::{OutputSpec, Work};
    let Some(first) = rows.first() else {
        let ty = body.graph.ty(body.graph.outputs[output]);
        let inner = ty.shape.known().ok_or_else(|| Error::unsupported("a scan over nothing whose results have unknown sizes"))?;
        let shape: SmallVec<[usize; 4]> = std::iter::once(0).chain(inner).collect();
        return backend.upload(&[], ty.dtype, &shape);
    };
    let op = crate::ops::id("concat");
    let attrs = crate::graph::complete(op, &[("axis", crate::AttrValue::I64(0))])?;
    let shape: SmallVec<[usize; 4]> = std::iter::once(rows.len()).chain(first.shape().iter().copied()).collect();
    let inputs = rows.iter().map(|t| Some(lengthened(t))).collect();
    let spec = OutputSpec::new(first.dtype, &shape);
    let work = Work::Op { op, attrs: AttrsRef { op: op.def(), values: &attrs }, programs: &[] };
    let mut results = backend.run(work, inputs, &[spec])?;
    Ok(results.remove(0))
}
