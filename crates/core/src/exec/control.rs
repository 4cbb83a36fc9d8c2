//! `cond`, `while_loop` and `scan`: which region runs next, and with what.

use super::scan::Scan;
use crate::backend::{Backend, Given, Inputs, Tensor};
use crate::plan::Plan;
use crate::{AttrsRef, Error, Result};
use std::sync::Arc;

pub(super) type Tensors<B> = Vec<Tensor<<B as Backend>::Buffer>>;

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

impl<B: Backend> Control<B> {
    pub(super) fn start(
        backend: &B,
        attrs: AttrsRef<'_>,
        inputs: Inputs<'_, B::Buffer>,
        regions: &[Arc<Plan>],
    ) -> Result<Control<B>> {
        let mut inputs: Tensors<B> = inputs.into_iter().filter_map(Given::into_tensor).collect();
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
                let mut xs = split(&mut inputs, attrs.usize("carries")?)?;
                let captures = split(&mut xs, attrs.usize("sequences")?)?;
                let length = match xs.first() {
                    Some(x) => x.shape()[0],
                    None => attrs.usize("length")?,
                };
                Ok(Control::Scan(Scan::new(backend, [inputs, xs, captures], region()?, length, attrs.bool("reverse")?)?))
            }
            other => Err(Error::internal(format!("{other} is not a control op"))),
        }
    }

    pub(super) fn returned(&mut self, backend: &B, tensors: Tensors<B>) -> Result<()> {
        match self {
            Control::Cond { results, .. } => *results = Some(tensors),
            Control::While(w) if w.entered_body => w.state = tensors,
            Control::While(w) => w.test = tensors.into_iter().next(),
            Control::Scan(s) => s.returned(backend, tensors)?,
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
pub(super) fn split<T>(tensors: &mut Vec<T>, at: usize) -> Result<Vec<T>> {
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
        if let Some(test) = self.test.take() {
            self.read = Some(backend.read(&test)?);
        }
        if self.read.is_some() {
            return Ok(match poll::<B>(backend, &mut self.read)? {
                None => Next::Wait,
                Some(false) => Next::Done(std::mem::take(&mut self.state)),
                Some(true) => {
                    self.entered_body = true;
                    // The state moves in, so that the new one may take over its buffers.
                    let mut inputs = std::mem::take(&mut self.state);
                    inputs.extend(self.captures.iter().cloned());
                    Next::Enter(self.body.clone(), inputs)
                }
            });
        }
        self.entered_body = false;
        Ok(Next::Enter(self.cond.clone(), [self.state.as_slice(), &self.tests].concat()))
    }
}
