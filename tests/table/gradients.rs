//! `gradient`: central differences in f64 at the op's samples. `second`: the same of the gradient itself.

use crate::{Table, each_op, read_level};
use std::sync::OnceLock;
use talray_core::autodiff::{densify, gradients};
use talray_core::graph::OpId;
use talray_core::passes::Passes;
use talray_core::vjp::Grad;
use talray_core::{DType, Graph, Literal, Result, Sample, Value, Vjp};
use talray_kernels_cpu::{Cpu, Implementation};
use talray_tests::golden::element;
use talray_tests::run::{cpu, plan, run};
use talray_tests::subject::{Layout, Subject};

pub fn questions(table: &mut Table) {
    for (id, def) in each_op().filter(|(_, def)| !matches!(def.vjp, Vjp::None(_))) {
        let samples: Vec<_> =
            (def.samples)().into_iter().enumerate().filter(|(_, s)| s.refuses.is_none() && s.check_grad).collect();
        if !samples.iter().any(|(_, s)| differentiable(id, s)) {
            for question in ["gradient", "second"] {
                if table.asks(question, def.name) {
                    table.ask(question, def.name, "", || Err("no sample compares its gradient: add one".to_owned()));
                }
            }
            continue;
        }
        for (question, order) in [("gradient", 1), ("second", 2)] {
            if !table.asks(question, def.name) {
                continue;
            }
            for (n, sample) in samples.iter().filter(|(_, s)| differentiable(id, s)) {
                let sample = sample.clone();
                table.ask(question, def.name, &format!("sample{n}"), move || agrees(id, &sample, order));
            }
        }
    }
}

/// Has the sample a float that goes in and one that comes out?
fn differentiable(id: OpId, sample: &Sample) -> bool {
    matches!(case(id, sample), Ok(Some(case)) if !case.floats().is_empty())
}

fn agrees(id: OpId, sample: &Sample, order: usize) -> std::result::Result<(), String> {
    static CPU: OnceLock<Cpu> = OnceLock::new();
    let cpu = CPU.get_or_init(|| cpu(Implementation::Simd));
    let _level = read_level();
    let wrong = case(id, sample).and_then(|case| {
        let Some(mut case) = case else { return Ok(None) };
        for _ in 1..order {
            case.differentiate()?;
        }
        check(&mut case, cpu)
    });
    match wrong {
        Ok(None) => Ok(()),
        Ok(Some(what)) => Err(what),
        Err(e) => Err(e.to_string()),
    }
}

/// An op's sample with floats in f64: its graph, its inputs, and a weighted sum of what it gives.
struct Case {
    graph: Graph,
    inputs: Vec<Value>,
    literals: Vec<Literal>,
    loss: Value,
}

impl Case {
    /// The inputs that are floats.
    fn floats(&self) -> Vec<usize> {
        (0..self.inputs.len()).filter(|&i| self.literals[i].dtype.is_float()).collect()
    }

    /// The gradient of the loss for each float input, row gradients made dense.
    fn gradients(&mut self) -> Result<Vec<Option<Value>>> {
        let wrt: Vec<Value> = self.floats().into_iter().map(|i| self.inputs[i]).collect();
        let grads = gradients(&mut self.graph, self.loss, None, &wrt)?;
        let dense = |(v, g): (&Value, Option<Grad>)| match g {
            Some(Grad::Dense(g)) => Ok(Some(g)),
            Some(Grad::Rows(g)) => {
                let shape = self.graph.ty(*v).shape.clone();
                densify(&mut self.graph.build(), g, &shape).map(Some)
            }
            None => Ok(None),
        };
        wrt.iter().zip(grads).map(dense).collect()
    }

    /// Puts a weighted sum of the loss's gradients in the place of the loss.
    fn differentiate(&mut self) -> Result<()> {
        let grads: Vec<Value> = self.gradients()?.into_iter().flatten().collect();
        let zero = self.graph.constant(Literal::of(&[0.0], &[], DType::F64));
        self.loss = weighted(&mut self.graph, &grads)?.unwrap_or(zero);
        Ok(())
    }
}

/// `None` where the op has no float output.
fn case(id: OpId, sample: &Sample) -> Result<Option<Case>> {
    let subject = Subject::new(id, sample, DType::F64)?;
    let (mut graph, literals) = subject.graph(Layout::Plain)?;
    let inputs = graph.inputs.clone();
    let outputs: Vec<Value> = std::mem::take(&mut graph.outputs);
    let loss = weighted(&mut graph, &outputs)?;
    Ok(loss.map(|loss| Case { graph, inputs: inputs.to_vec(), literals, loss }))
}

/// The sum of the floats among `values`, each element with a weight of its own.
fn weighted(graph: &mut Graph, values: &[Value]) -> Result<Option<Value>> {
    let mut loss: Option<Value> = None;
    for (k, y) in values.iter().enumerate() {
        let ty = graph.ty(*y).clone();
        let (true, Some(shape)) = (ty.dtype.is_float(), ty.shape.known()) else { continue };
        let n = shape.iter().product::<usize>();
        let weights: Vec<f64> = (0..n).map(|i| 0.3 + 0.7 * ((i * 7 + k * 3) % 11) as f64 / 11.0).collect();
        let w = graph.constant(Literal::of(&weights, &shape, ty.dtype));
        let mut b = graph.build();
        let product = b.mul(*y, w)?;
        // What stands for "nothing" (the least finite number) would swallow all else.
        let (size, bound, zero) = (b.abs(*y)?, b.scalar_like(1e30, *y), b.scalar_like(0.0, *y));
        let moderate = b.less(size, bound)?;
        let product = b.select(moderate, product, zero)?;
        let axes: Vec<usize> = (0..shape.len()).collect();
        let part = b.sum(product, &axes, false)?;
        let part = b.cast(part, DType::F64)?;
        loss = Some(match loss {
            None => part,
            Some(sum) => b.add(sum, part)?,
        });
    }
    Ok(loss)
}

fn numbers(bytes: &[u8]) -> Vec<f64> {
    (0..bytes.len() / 8).map(|i| element(bytes, DType::F64, i)).collect()
}

fn perturbed(literals: &[Literal], input: usize, at: usize, h: f64) -> Vec<Literal> {
    let mut literals = literals.to_vec();
    let mut values = numbers(&literals[input].bytes);
    values[at] += h;
    literals[input] = Literal::of(&values, &literals[input].shape, DType::F64);
    literals
}

/// The first disagreement.
fn check(case: &mut Case, cpu: &Cpu) -> Result<Option<String>> {
    case.graph.outputs = [case.loss].into_iter().collect();
    let forward = plan(&case.graph, cpu, &Passes::default())?;
    let outputs = case.gradients()?;
    case.graph.outputs = outputs.iter().flatten().copied().collect();
    let mut values = run(&plan(&case.graph, cpu, &Passes::default())?, &case.literals, cpu)?.into_iter();
    for (i, v) in case.floats().into_iter().zip(&outputs) {
        let shape = &case.literals[i].shape;
        let n = shape.iter().product::<usize>();
        let got = match v.and_then(|_| values.next()) {
            Some(out) if out.shape != shape.as_slice() => {
                return Ok(Some(format!("input {i}: gradient of shape {:?}", out.shape)));
            }
            Some(out) => numbers(&out.bytes),
            None => vec![0.0; n],
        };
        for at in (0..n).step_by(n / 24 + 1) {
            let h = 1e-5;
            let loss = |h: f64| Ok(numbers(&run(&forward, &perturbed(&case.literals, i, at, h), cpu)?[0].bytes)[0]);
            let want = (loss(h)? - loss(-h)?) / (2.0 * h);
            if (got[at] - want).abs() > 2e-6 * (1.0 + want.abs()) || got[at].is_nan() {
                return Ok(Some(format!("input {i}, element {at}: gradient {}, differences {want}", got[at])));
            }
        }
    }
    Ok(None)
}
