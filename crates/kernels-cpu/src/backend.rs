//! The CPU as a [`Backend`]: finds the kernel, makes inputs contiguous where it wants that,
//! allocates outputs, and lets results take over the buffers of inputs that end here.

use crate::call::{Call, Input, KernelDef, Output};
use crate::elementwise::{Evaluator, Source, laid_over};
use crate::joined::Joined;
use crate::memory::Buffer;
use crate::{Implementation, Pool, families, kernel, reference};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU8, AtomicU64};
use std::sync::{Arc, PoisonError, RwLock};
use talray_core::backend::{Backend, Given, Inputs, OutputSpec, Results, Tensor, Work, present};
use talray_core::expr::Program;
use talray_core::graph::OpId;
use talray_core::graph::view::Layout;
use talray_core::op::Lower;
use talray_core::passes::join::joins;
use talray_core::{AttrsRef, Code, DType, Error, Result, ops};

/// The CPU.
#[derive(Debug, Default)]
pub struct Cpu {
    choice: RwLock<Choice>,
    /// Number of the choice, unique in the process: threads remember the kernels that it names.
    chosen: AtomicU64,
    /// How scalar programs are evaluated.
    maps: AtomicU8,
}

/// Which implementation runs, for all ops and for some.
#[derive(Debug, Default)]
struct Choice {
    all: Implementation,
    some: Vec<(String, Implementation)>,
}

/// A kernel that was looked up, and whether it is left out.
type Found = Option<(&'static KernelDef, bool)>;

thread_local! {
    /// The kernels of a choice, as far as this thread has looked for them.
    static KERNELS: RefCell<(u64, Vec<Option<Found>>)> = const { RefCell::new((0, Vec::new())) };
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
        static CHOICES: AtomicU64 = AtomicU64::new(1);
        let mut choice = self.choice.write().unwrap_or_else(PoisonError::into_inner);
        match op {
            None => {
                self.maps.store(implementation as u8, Relaxed);
                choice.all = implementation;
                choice.some.clear();
            }
            Some(op) => choice.some.push((op.to_owned(), implementation)),
        }
        self.chosen.store(CHOICES.fetch_add(1, Relaxed), Release);
    }

    fn kernel(&self, op: OpId) -> Found {
        let chosen = self.chosen.load(Acquire);
        KERNELS.with_borrow_mut(|(of, kernels)| {
            if *of != chosen {
                *of = chosen;
                kernels.clear();
                kernels.resize(ops::OPS.len(), None);
            }
            *kernels[op.0 as usize].get_or_insert_with(|| self.find(op))
        })
    }

    #[cold]
    fn find(&self, op: OpId) -> Found {
        let choice = self.choice.read().unwrap_or_else(PoisonError::into_inner);
        let name = op.def().name;
        let chosen = choice.some.iter().rev().find(|(n, _)| n == name).map_or(choice.all, |(_, i)| *i);
        kernel(name, chosen).map(|def| (def, chosen == Implementation::Idle))
    }

    fn maps_by(&self, implementation: Implementation) -> bool {
        self.maps.load(Relaxed) == implementation as u8
    }
}

/// Does output `i` of this op begin with what input `i` holds? Its kernel then finds it there, and
/// the input is absent. Nothing is copied where nobody else holds the input.
fn updates(op: &str) -> bool {
    op == "update_rows"
}

/// The view of a tensor that kernels get.
pub(crate) fn view<'a>(t: &'a Tensor<Buffer>) -> Input<'a> {
    Input { dtype: t.dtype, shape: &t.layout.shape, strides: &t.layout.strides, offset: t.layout.offset, bytes: t.buffer.bytes() }
}

pub(crate) fn pool() -> Pool {
    if rayon::current_thread_index().is_some() { Pool::current() } else { Pool::serial() }
}

#[inline(always)]
pub(crate) fn fresh(spec: &OutputSpec) -> Result<Tensor<Buffer>> {
    let bytes = spec
        .shape()
        .iter()
        .try_fold(spec.dtype.size(), |n, d| n.checked_mul(*d))
        .ok_or_else(|| Error::memory(format!("a tensor of shape {:?} is larger than memory can be", spec.shape())))?;
    Ok(Tensor { buffer: Buffer::new(bytes)?, dtype: spec.dtype, layout: spec.layout.clone() })
}

/// Does the tensor fill its buffer, row-major?
fn whole(t: &Tensor<Buffer>) -> bool {
    t.layout.offset == 0 && t.layout.is_contiguous() && t.buffer.bytes().len() == t.bytes()
}

fn output<'a>(dtype: DType, layout: &Layout, bytes: &'a mut [u8]) -> Output<'a> {
    Output { dtype, shape: layout.shape.clone(), bytes }
}

impl Cpu {
    /// Runs one kernel into new buffers; an idle one computes nothing.
    pub(crate) fn run_kernel(
        &self,
        (kernel, idle): (&KernelDef, bool),
        attrs: AttrsRef<'_>,
        programs: &[Arc<Program>],
        mut inputs: Inputs<'_, Buffer>,
        outputs: &[OutputSpec],
        results: Results<'_, Buffer>,
    ) -> Result<()> {
        if !kernel.strided {
            for input in &mut inputs {
                if let Some(t) = input.tensor().filter(|t| !t.layout.is_contiguous()) {
                    *input = Given::Moved(self.contiguous(t)?);
                }
            }
        }
        for (i, (spec, result)) in outputs.iter().zip(&mut *results).enumerate() {
            *result = if updates(kernel.op) {
                let input = inputs[i].take();
                let mut state = input.ok_or_else(|| Error::internal("an input to be updated is absent"))?;
                self.own(&mut state)?;
                Some(state)
            } else {
                Some(fresh(spec)?)
            };
        }
        if idle {
            return Ok(());
        }
        let pool = pool();
        let lens = {
            let mut outs = SmallVec::new();
            for t in results.iter_mut().flatten() {
                let layout = &t.layout;
                let Some(bytes) = t.buffer.get_mut() else { return Err(Error::internal("a new buffer is shared")) };
                outs.push(output(t.dtype, layout, bytes));
            }
            let views = inputs.iter().map(|t| t.tensor().map(view)).collect();
            let mut call = Call { attrs, inputs: views, outputs: outs, programs, pool: &pool, lens: SmallVec::new() };
            (kernel.run)(&mut call)?;
            call.lens
        };
        for (t, len) in results.iter_mut().zip(lens) {
            if let (Some(t), Some(len)) = (t, len) {
                Arc::make_mut(&mut t.layout).shape[0] = len;
            }
        }
        Ok(())
    }

    /// Evaluates a scalar program.
    #[inline]
    pub(crate) fn run_program(
        &self,
        program: &Arc<Program>,
        inputs: Inputs<'_, Buffer>,
        outputs: &[OutputSpec],
        results: Results<'_, Buffer>,
    ) -> Result<()> {
        if self.is_plain() {
            return map_plainly(program, &inputs, outputs, results);
        }
        map(program, inputs, outputs, results, self.maps_by(Implementation::Idle))
    }

    /// Are scalar programs evaluated plainly?
    pub(crate) fn is_plain(&self) -> bool {
        self.maps_by(Implementation::Reference)
    }
}

impl Backend for Cpu {
    type Buffer = Buffer;
    type Read = Read;

    fn supports(&self, op: OpId) -> bool {
        matches!(op.def().lower, Lower::Elementwise(_) | Lower::View) || self.kernel(op).is_some()
    }

    fn run(
        &self,
        work: Work<'_>,
        inputs: Inputs<'_, Buffer>,
        outputs: &[OutputSpec],
        results: Results<'_, Buffer>,
    ) -> Result<()> {
        match work {
            Work::Map(program) => self.run_program(program, inputs, outputs, results),
            Work::Op { op, attrs, programs } => {
                let kernel = self
                    .kernel(op)
                    .ok_or_else(|| Error::unsupported("there is no CPU kernel for this op").in_op(op.def().name))?;
                let joins = if programs.is_empty() { None } else { joins(op) };
                match joins {
                    Some(joins) => Joined { cpu: self, kernel, attrs, programs }.run(joins, inputs, outputs, results),
                    None => self.run_kernel(kernel, attrs, programs, inputs, outputs, results),
                }
            }
        }
    }

    fn owns(&self, tensor: &mut Tensor<Buffer>) -> bool {
        whole(tensor) && tensor.buffer.is_unique()
    }

    fn own(&self, tensor: &mut Tensor<Buffer>) -> Result<()> {
        if self.owns(tensor) {
            return Ok(());
        }
        let packed = self.contiguous(tensor)?;
        let start = packed.layout.offset * packed.dtype.size();
        tensor.buffer = Buffer::from_bytes(&packed.buffer.bytes()[start..start + packed.bytes()])?;
        tensor.layout = Arc::new(Layout::contiguous(packed.shape()));
        Ok(())
    }

    fn contiguous(&self, tensor: &Tensor<Buffer>) -> Result<Tensor<Buffer>> {
        if tensor.layout.is_contiguous() {
            return Ok(tensor.clone());
        }
        let mut packed = fresh(&OutputSpec::new(tensor.dtype, tensor.shape()))?;
        if let Some(bytes) = packed.buffer.get_mut() {
            families::copy::to_contiguous(&view(tensor), &mut output(tensor.dtype, &packed.layout, bytes), &pool())?;
        }
        Ok(packed)
    }

    fn empty(&self, spec: &OutputSpec) -> Result<Tensor<Buffer>> {
        fresh(spec)
    }

    fn put(&self, whole: &mut Tensor<Buffer>, at: usize, entry: &Tensor<Buffer>) -> Result<()> {
        let size = entry.bytes();
        let Some(bytes) = whole.buffer.get_mut() else { return Err(Error::internal("a tensor to be filled in is shared")) };
        let Some(part) = bytes.get_mut(at * size..).and_then(|rest| rest.get_mut(..size)) else {
            return Err(Error::internal("an entry does not fit the tensor that it is to fill"));
        };
        families::copy::to_contiguous(&view(entry), &mut output(entry.dtype, &entry.layout, part), &pool())
    }

    fn upload(&self, bytes: &[u8], dtype: DType, shape: &[usize]) -> Result<Tensor<Buffer>> {
        let layout = Layout::contiguous(shape);
        if layout.size() * dtype.size() != bytes.len() {
            return Err(Error::internal(format!("{} bytes were given for {dtype}{shape:?}", bytes.len())));
        }
        Ok(Tensor { buffer: Buffer::from_bytes(bytes)?, dtype, layout: Arc::new(layout) })
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

/// Evaluates a scalar program by the SIMD evaluator. An output takes over the buffer of an input
/// that has its type and that nobody else holds. An `idle` one computes nothing.
fn map(
    program: &Arc<Program>,
    mut inputs: Inputs<'_, Buffer>,
    outputs: &[OutputSpec],
    results: Results<'_, Buffer>,
    idle: bool,
) -> Result<()> {
    let Some(layout) = outputs.first().map(|o| &o.layout) else { return Ok(()) };
    let shape = &layout.shape;
    let mut free = 0;
    for (i, input) in inputs.iter_mut().enumerate().take(64) {
        if let Given::Moved(t) = input {
            let alike = Arc::ptr_eq(&t.layout, layout) || t.layout.shape == *shape;
            free |= u64::from(alike && t.buffer.is_unique() && whole(t)) << i;
        }
    }
    let evaluator = match evaluator(program, free) {
        Err(e) if e.code == Code::Unsupported => return map_plainly(program, &inputs, outputs, results),
        made => made?,
    };
    let over = evaluator.over();
    for (i, (spec, result)) in outputs.iter().zip(&mut *results).enumerate() {
        *result = match over.iter().position(|o| *o == Some(i)) {
            Some(at) => inputs[at].take(),
            None => Some(fresh(spec)?),
        };
    }
    if idle || shape.contains(&0) {
        return Ok(());
    }
    let sources: SmallVec<[Source<'_>; 8]> =
        inputs.iter().map(|t| t.tensor().map_or(Source::Over, |t| Source::View(view(t)))).collect();
    let mut outs: SmallVec<[&mut [u8]; 2]> = SmallVec::new();
    for t in results.iter_mut().flatten() {
        let Some(bytes) = t.buffer.get_mut() else { return Err(Error::internal("a result's buffer is shared")) };
        outs.push(bytes);
    }
    evaluator.run(shape, &sources, &mut outs, &pool())
}

/// Evaluates a scalar program element by element.
fn map_plainly(
    program: &Program,
    inputs: &Inputs<'_, Buffer>,
    outputs: &[OutputSpec],
    results: Results<'_, Buffer>,
) -> Result<()> {
    let views: SmallVec<[Input<'_>; 4]> = present(inputs).map(view).collect();
    let mut outs: SmallVec<[Output<'_>; 2]> = SmallVec::new();
    for (spec, result) in outputs.iter().zip(results) {
        let t = result.insert(fresh(spec)?);
        let layout = &t.layout;
        let Some(bytes) = t.buffer.get_mut() else { return Err(Error::internal("a new buffer is shared")) };
        outs.push(output(t.dtype, layout, bytes));
    }
    reference::map::map(program, &views, &mut outs)
}

type Evaluators = FxHashMap<(usize, u64), (Arc<Program>, Rc<Evaluator>)>;

thread_local! {
    /// Evaluators of programs that ran on this thread. Each entry holds its program, so that the
    /// address that it is found by stays its own.
    static EVALUATORS: RefCell<Evaluators> = RefCell::new(FxHashMap::default());
}

/// Most evaluators that a thread keeps.
const KEPT: usize = 4096;

/// The evaluator of `program` with outputs laid over those of its first 64 inputs whose bit is set in `free`.
pub(crate) fn evaluator(program: &Arc<Program>, free: u64) -> Result<Rc<Evaluator>> {
    let key = (Arc::as_ptr(program) as usize, free);
    EVALUATORS.with_borrow_mut(|kept| {
        if let Some((_, evaluator)) = kept.get(&key) {
            return Ok(evaluator.clone());
        }
        let evaluator = Rc::new(Evaluator::in_place(program, &laid_over(program, free))?);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(key, (program.clone(), evaluator.clone()));
        Ok(evaluator)
    })
}
