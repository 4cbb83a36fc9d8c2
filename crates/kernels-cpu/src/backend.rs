//! The CPU as a [`Backend`]: finds the kernel, makes inputs contiguous where it wants that,
//! allocates outputs, and lets results take over the buffers of inputs that end here.

use crate::call::{Call, Input, KernelDef, Output};
use crate::elementwise::{Evaluator, Source};
use crate::memory::Buffer;
use crate::{Implementation, Pool, kernel};
use smallvec::SmallVec;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, RwLock};
use talray_core::backend::{Backend, Inputs, OutputSpec, Results, Tensor, Work};
use talray_core::expr::Program;
use talray_core::graph::OpId;
use talray_core::graph::view::Layout;
use talray_core::op::Lower;
use talray_core::{DType, Error, Result, ops};

/// The CPU.
#[derive(Debug, Default)]
pub struct Cpu {
    choice: RwLock<Choice>,
    ready: Ready,
}

/// Which implementation runs, for all ops and for some.
#[derive(Debug, Default)]
struct Choice {
    all: Implementation,
    some: Vec<(String, Implementation)>,
    /// Kernel of each op, found once per choice.
    kernels: Vec<OnceLock<Option<&'static KernelDef>>>,
}

/// A read from CPU memory: the bytes are there at once.
pub type Read = Option<Vec<u8>>;

impl Cpu {
    /// The CPU with its fast kernels.
    pub fn new() -> Cpu {
        let cpu = Cpu::default();
        cpu.choose(Implementation::Simd, None);
        cpu
    }

    /// Chooses the implementation of one op, or of all when `op` is `None`.
    pub fn choose(&self, implementation: Implementation, op: Option<&str>) {
        let mut choice = self.choice.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        match op {
            None => {
                choice.all = implementation;
                choice.some.clear();
            }
            Some(op) => choice.some.push((op.to_owned(), implementation)),
        }
        choice.kernels = ops::OPS.iter().map(|_| OnceLock::new()).collect();
    }

    fn kernel(&self, op: OpId) -> Option<&'static KernelDef> {
        let choice = self.choice.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        *choice.kernels[op.0 as usize].get_or_init(|| {
            let name = op.def().name;
            let chosen = choice.some.iter().rev().find(|(n, _)| n == name).map_or(choice.all, |(_, i)| *i);
            kernel(name, chosen)
        })
    }
}

/// Does output `i` of this op begin with what input `i` holds? Its kernel then finds it there, and
/// the input is absent. Nothing is copied where nobody else holds the input.
fn updates(op: &str) -> bool {
    op == "update_rows"
}

/// The view of a tensor that kernels get.
fn view<'a>(t: &'a Tensor<Buffer>) -> Input<'a> {
    Input { dtype: t.dtype, shape: &t.layout.shape, strides: &t.layout.strides, offset: t.layout.offset, bytes: t.buffer.bytes() }
}

fn pool() -> Pool {
    if rayon::current_thread_index().is_some() { Pool::current() } else { Pool::serial() }
}

fn fresh(spec: &OutputSpec) -> Result<Tensor<Buffer>> {
    let layout = Layout::contiguous(&spec.shape);
    let bytes = spec
        .shape
        .iter()
        .try_fold(spec.dtype.size(), |n, d| n.checked_mul(*d))
        .ok_or_else(|| Error::memory(format!("a tensor of shape {:?} is larger than memory can be", spec.shape)))?;
    Ok(Tensor { buffer: Buffer::new(bytes)?, dtype: spec.dtype, layout })
}

fn output<'a>(dtype: DType, layout: &Layout, bytes: &'a mut [u8]) -> Output<'a> {
    Output { dtype, shape: layout.shape.clone(), bytes }
}

impl Cpu {
    /// Takes an input out as a tensor whose buffer nobody else holds.
    fn own(&self, input: &mut Option<Tensor<Buffer>>) -> Result<Tensor<Buffer>> {
        let mut t = input.take().ok_or_else(|| Error::internal("an input to be updated is absent"))?;
        let whole = t.layout.offset == 0 && t.layout.is_contiguous() && t.buffer.bytes().len() == t.bytes();
        if whole && t.buffer.is_unique() {
            return Ok(t);
        }
        let packed = self.contiguous(&t)?;
        let start = packed.layout.offset * packed.dtype.size();
        let buffer = Buffer::from_bytes(&packed.buffer.bytes()[start..start + packed.bytes()])?;
        Ok(Tensor { buffer, dtype: packed.dtype, layout: Layout::contiguous(&packed.layout.shape) })
    }
}

impl Backend for Cpu {
    type Buffer = Buffer;
    type Read = Read;

    fn supports(&self, op: OpId) -> bool {
        matches!(op.def().lower, Lower::Elementwise(_) | Lower::View) || self.kernel(op).is_some()
    }

    fn run(&self, work: Work<'_>, inputs: Inputs<Buffer>, outputs: &[OutputSpec]) -> Result<Results<Buffer>> {
        match work {
            Work::Map(program) => self.map(program, inputs, outputs),
            Work::Op { op, attrs, programs } => {
                let kernel = self
                    .kernel(op)
                    .ok_or_else(|| Error::unsupported("there is no CPU kernel for this op").in_op(op.def().name))?;
                let mut inputs = inputs;
                if !kernel.strided {
                    for t in inputs.iter_mut().flatten() {
                        if !t.layout.is_contiguous() {
                            *t = self.contiguous(t)?;
                        }
                    }
                }
                let mut results: Results<Buffer> = SmallVec::new();
                for (i, spec) in outputs.iter().enumerate() {
                    results.push(if updates(op.def().name) { self.own(&mut inputs[i])? } else { fresh(spec)? });
                }
                let pool = pool();
                let lens = {
                    let mut outs = SmallVec::new();
                    for t in &mut results {
                        let layout = &t.layout;
                        let Some(bytes) = t.buffer.get_mut() else { return Err(Error::internal("a new buffer is shared")) };
                        outs.push(output(t.dtype, layout, bytes));
                    }
                    let views = inputs.iter().map(|t| t.as_ref().map(view)).collect();
                    let mut call = Call { attrs, inputs: views, outputs: outs, programs, pool: &pool, lens: SmallVec::new() };
                    (kernel.run)(&mut call)?;
                    call.lens
                };
                for (t, len) in results.iter_mut().zip(lens) {
                    if let Some(len) = len {
                        t.layout.shape[0] = len;
                    }
                }
                Ok(results)
            }
        }
    }

    fn contiguous(&self, tensor: &Tensor<Buffer>) -> Result<Tensor<Buffer>> {
        if tensor.layout.is_contiguous() {
            return Ok(tensor.clone());
        }
        let mut packed = fresh(&OutputSpec { dtype: tensor.dtype, shape: tensor.layout.shape.clone() })?;
        let layout = packed.layout.clone();
        if let Some(bytes) = packed.buffer.get_mut() {
            crate::families::copy::to_contiguous(&view(tensor), &mut output(tensor.dtype, &layout, bytes), &pool())?;
        }
        Ok(packed)
    }

    fn upload(&self, bytes: &[u8], dtype: DType, shape: &[usize]) -> Result<Tensor<Buffer>> {
        let layout = Layout::contiguous(shape);
        if layout.size() * dtype.size() != bytes.len() {
            return Err(Error::internal(format!("{} bytes were given for {dtype}{shape:?}", bytes.len())));
        }
        Ok(Tensor { buffer: Buffer::from_bytes(bytes)?, dtype, layout })
    }

    fn read(&self, tensor: &Tensor<Buffer>) -> Result<Read> {
        let packed = self.contiguous(tensor)?;
        let start = packed.layout.offset * packed.dtype.size();
        Ok(Some(packed.buffer.bytes()[start..start + packed.bytes()].to_vec()))
    }

    fn poll(&self, read: &mut Read) -> Option<Result<Vec<u8>>> {
        Some(read.take().ok_or_else(|| Error::internal("a read was taken twice")))
    }
}

impl Cpu {
    /// Evaluates a scalar program.
    fn map(&self, program: &Program, inputs: Inputs<Buffer>, outputs: &[OutputSpec]) -> Result<Results<Buffer>> {
        let mut results: Results<Buffer> = SmallVec::new();
        for spec in outputs {
            results.push(fresh(spec)?);
        }
        let views: SmallVec<[Input<'_>; 4]> = inputs.iter().flatten().map(view).collect();
        let mut outs: SmallVec<[Output<'_>; 2]> = SmallVec::new();
        for t in &mut results {
            let layout = &t.layout;
            let Some(bytes) = t.buffer.get_mut() else { return Err(Error::internal("a new buffer is shared")) };
            outs.push(output(t.dtype, layout, bytes));
        }
        match self.evaluator(program) {
            Some(evaluator) => {
                let shape: SmallVec<[usize; 4]> = outs.first().map(|o| o.shape.iter().copied().collect()).unwrap_or_default();
                let sources: SmallVec<[Source<'_>; 4]> = views.iter().map(|v| Source::View(*v)).collect();
                let mut bytes: SmallVec<[&mut [u8]; 2]> = outs.iter_mut().map(|o| &mut *o.bytes).collect();
                if bytes.iter().any(|b| !b.is_empty()) {
                    evaluator.run(&shape, &sources, &mut bytes, &pool())?;
                }
            }
            None => crate::reference::map::map(program, &views, &mut outs)?,
        }
        drop(outs);
        Ok(results)
    }

    /// The program made ready, kept by its address; an address that was used again is noticed by comparing. `None` where
    /// the plain evaluator was chosen, or has to do.
    fn evaluator(&self, program: &Program) -> Option<Arc<Evaluator>> {
        if self.choice.read().unwrap_or_else(std::sync::PoisonError::into_inner).all != Implementation::Simd {
            return None;
        }
        let mut ready = self.ready.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let address = std::ptr::from_ref(program) as usize;
        if let Some((kept, evaluator)) = ready.get(&address)
            && kept == program
        {
            return Some(evaluator.clone());
        }
        let evaluator = Arc::new(Evaluator::new(program).ok()?);
        if ready.len() >= MAX_READY {
            ready.clear();
        }
        ready.insert(address, (program.clone(), evaluator.clone()));
        Some(evaluator)
    }
}

/// Programs that are kept ready; more than plans of a usual model have.
const MAX_READY: usize = 4096;

/// Programs made ready, by address.
#[derive(Default)]
struct Ready(Mutex<HashMap<usize, (Program, Arc<Evaluator>)>>);

impl std::fmt::Debug for Ready {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ready")
    }
}
