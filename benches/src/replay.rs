//! A training step that is replayed with every kernel replaced by one that does nothing: what running a plan costs beside
//! its kernels. Dense layers with relu, mean squared error, gradients, and Adam over all of their weights.

use crate::protocol::{Case, Flags, run};
use serde_json::{Value, json};
use smallvec::{SmallVec, smallvec};
use std::sync::Arc;
use talray_core::graph::{NamedAttrs, complete};
use talray_core::ops;
use talray_runtime::wire::{Argument, Request};
use talray_runtime::{DType, Engine, Error, Gradient, Handle, Implementation, Result, Session, Shape, Type};

/// Small enough that the step is one for the calling thread, as most of what costs more than its kernels is.
const BATCH: usize = 4;
const WIDTH: usize = 8;

/// `replay --ops N`: microseconds a step of at least N kernels.
///
/// # Errors
/// What the engine refuses.
pub fn main(flags: &Flags) -> Result<()> {
    let engine = Arc::new(Engine::new(flags.number("threads", 1.0) as usize));
    if flags.has("kernels") {
        eprintln!("with kernels");
    } else {
        engine.cpu.choose(Implementation::Idle, None);
    }
    run(flags, json!({ "ops": flags.number("ops", 300.0) as usize }), |params| {
        let wanted = params.get("ops").and_then(Value::as_u64).unwrap_or(300) as usize;
        for layers in 1..=wanted.max(1) {
            let trained = Trained::new(&engine, layers)?;
            if trained.kernels()? >= wanted {
                return trained.case();
            }
        }
        Err(Error::internal("a layer adds no kernel"))
    })
}

/// A session with a recorded training step.
struct Trained {
    session: Session,
    plan: u32,
    fed: [Handle; 2],
}

impl Trained {
    fn new(engine: &Arc<Engine>, layers: usize) -> Result<Trained> {
        let mut session = Session::new(engine.clone());
        let mut make = |shape: &[usize], x: f32| {
            let n: usize = shape.iter().product();
            let bytes: Vec<u8> = (0..n).flat_map(|i| (x * (i % 7) as f32).to_le_bytes()).collect();
            session.upload(&bytes, DType::F32, shape)
        };
        let fed = [make(&[BATCH, WIDTH], 0.1)?, make(&[BATCH, WIDTH], 0.2)?];
        let mut starts = Vec::new();
        for _ in 0..layers {
            for shape in [&[WIDTH, WIDTH][..], &[WIDTH]] {
                starts.push([make(shape, 0.05)?, make(shape, 0.0)?, make(shape, 0.0)?]);
            }
        }
        let count = make(&[], 0.0)?;
        let mut cells = Vec::new();
        for start in starts {
            cells.push(State {
                param: session.new_cell(start[0], "param")?,
                mean: session.new_cell(start[1], "mean")?,
                square: session.new_cell(start[2], "square")?,
            });
        }
        let count = session.new_cell(count, "count")?;
        let ty = Type::new(DType::F32, Shape::of(&[BATCH, WIDTH]));
        let arguments = session.begin_jit(&[ty.clone(), ty])?;
        let loss = Recorder(&mut session).step(&arguments, &cells, count)?;
        let (plan, _) = session.end_jit(&[loss], true)?;
        Ok(Trained { session, plan, fed })
    }

    /// Kernels of the plan: the number with which the last line of its text begins.
    fn kernels(&self) -> Result<usize> {
        let text = self.session.explain(self.plan)?;
        let total = text.lines().filter_map(|line| line.split_once(" kernels")).next_back();
        total.and_then(|(n, _)| n.parse().ok()).ok_or_else(|| Error::internal("a plan's text does not count its kernels"))
    }

    fn case(self) -> Result<Case> {
        let about = json!({ "kernels": self.kernels()? });
        let Trained { mut session, plan, fed } = self;
        let step = move || {
            let (loss, _) = session.run(plan, &fed)?[0];
            let done = session.read(loss)?;
            session.free(loss);
            done.wait().as_ref().map(|_| ()).map_err(Clone::clone)
        };
        Ok(Case { step: Box::new(step), value: Box::new(|seconds| seconds * 1e6), unit: "us", about })
    }
}

/// A parameter's cell, and those of Adam's moments.
struct State {
    param: u32,
    mean: u32,
    square: u32,
}

/// Records ops by name.
struct Recorder<'s>(&'s mut Session);

impl Recorder<'_> {
    fn op(&mut self, name: &str, inputs: &[Argument], attrs: NamedAttrs<'_>) -> Result<Argument> {
        let op = ops::id(name);
        let inputs: SmallVec<[Argument; 4]> = inputs.into();
        let request = Request { op, inputs, attrs: complete(op, attrs)?, regions: smallvec![] };
        Ok(Argument::Tensor(self.0.apply(request)?[0].0))
    }

    fn assign(&mut self, cell: u32, value: Argument) -> Result<()> {
        self.0.assign(cell, handle(value)?)
    }

    /// The whole step over arguments `[x, y]`; gives the loss.
    fn step(&mut self, arguments: &[Handle], cells: &[State], count: u32) -> Result<Handle> {
        let (mut x, y) = (Argument::Tensor(arguments[0]), Argument::Tensor(arguments[1]));
        for layer in cells.chunks(2) {
            let product = self.op("matmul", &[x, Argument::Cell(layer[0].param)], &[])?;
            let sum = self.op("add", &[product, Argument::Cell(layer[1].param)], &[])?;
            x = self.op("relu", &[sum], &[])?;
        }
        let error = self.op("sub", &[x, y], &[])?;
        let squared = self.op("square", &[error], &[])?;
        let loss = handle(self.op("mean", &[squared], &[])?)?;
        let params: Vec<Argument> = cells.iter().map(|cell| Argument::Cell(cell.param)).collect();
        let gradients = self.0.gradients(loss, None, &params)?;
        let step = self.op("add", &[Argument::Cell(count), Argument::Number(1.0)], &[])?;
        self.assign(count, step)?;
        let rate = self.rate(step)?;
        for (cell, gradient) in cells.iter().zip(gradients) {
            let Gradient::Dense(gradient, _) = gradient else { return Err(Error::internal("a gradient is missing")) };
            self.adam(cell, Argument::Tensor(gradient), rate)?;
        }
        Ok(loss)
    }

    /// The learning rate of a step with Adam's corrections.
    fn rate(&mut self, step: Argument) -> Result<Argument> {
        let mut left = |beta: f64| {
            let power = self.op("pow", &[Argument::Number(beta), step], &[])?;
            self.op("sub", &[Argument::Number(1.0), power], &[])
        };
        let (mean, square) = (left(0.9)?, left(0.999)?);
        let root = self.op("sqrt", &[square], &[])?;
        let ratio = self.op("div", &[root, mean], &[])?;
        self.op("mul", &[Argument::Number(1e-3), ratio], &[])
    }

    fn adam(&mut self, cell: &State, gradient: Argument, rate: Argument) -> Result<()> {
        let squared = self.op("square", &[gradient], &[])?;
        let mean = self.moment(cell.mean, gradient, 0.9)?;
        let square = self.moment(cell.square, squared, 0.999)?;
        let root = self.op("sqrt", &[square], &[])?;
        let scale = self.op("add", &[root, Argument::Number(1e-7)], &[])?;
        let moved = self.op("mul", &[mean, rate], &[])?;
        let change = self.op("div", &[moved, scale], &[])?;
        let param = self.op("sub", &[Argument::Cell(cell.param), change], &[])?;
        self.assign(cell.param, param)
    }

    /// A moving average, moved towards `value`; gives its new state.
    fn moment(&mut self, cell: u32, value: Argument, beta: f64) -> Result<Argument> {
        let apart = self.op("sub", &[value, Argument::Cell(cell)], &[])?;
        let part = self.op("mul", &[apart, Argument::Number(1.0 - beta)], &[])?;
        let average = self.op("add", &[Argument::Cell(cell), part], &[])?;
        self.assign(cell, average)?;
        Ok(average)
    }
}

fn handle(argument: Argument) -> Result<Handle> {
    match argument {
        Argument::Tensor(handle) => Ok(handle),
        _ => Err(Error::internal("an op gave no tensor")),
    }
}
