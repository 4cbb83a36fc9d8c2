//! `extremes`: where an op of elements gives a finite number, its gradient is a number: at huge, tiny and zero inputs.

use crate::{Table, each_op, read_level};
use talray_core::autodiff::gradients;
use talray_core::graph::OpId;
use talray_core::passes::Passes;
use talray_core::vjp::Grad;
use talray_core::{DType, Literal, Lower, Result, Sample, Value, Vjp};
use talray_kernels_cpu::Implementation;
use talray_tests::golden::element;
use talray_tests::run::{cpu, plan, run};
use talray_tests::subject::{Layout, Subject};

const POINTS: [f64; 19] = [
    0.0, -0.0, 1e-40, -1e-40, 1e-20, -1e-20, 1.0, -1.0, 20.0, -20.0, 88.0, -88.0, 104.0, -104.0, 800.0, -800.0, 1e30, -1e30, 0.5,
];

pub fn questions(table: &mut Table) {
    for (id, def) in each_op().filter(|(_, d)| matches!(d.lower, Lower::Elementwise(_)) && !matches!(d.vjp, Vjp::None(_))) {
        let samples = (def.samples)().into_iter().enumerate();
        let floats = |s: &Sample| !s.inputs.is_empty() && s.inputs.iter().all(|x| x.as_ref().is_some_and(|x| x.dtype.is_float()));
        // Samples of equal attributes would be asked the same.
        let mut seen = Vec::new();
        for (n, sample) in samples.filter(|(_, s)| s.refuses.is_none() && s.check_grad && floats(s)) {
            if seen.contains(&sample.attrs) {
                continue;
            }
            seen.push(sample.attrs.clone());
            if table.asks("extremes", def.name) {
                table.ask("extremes", def.name, &format!("sample{n}"), move || numbers(id, &sample));
            }
        }
    }
}

/// The op's inputs at every combination of the points (at one input: at the points).
fn spread(sample: &Sample, id: OpId) -> Result<Subject> {
    let mut subject = Subject::new(id, sample, DType::F32)?;
    let (inputs, n) = (subject.inputs.len() as u32, POINTS.len());
    let all = n.pow(inputs.min(3));
    for (k, input) in subject.inputs.iter_mut().enumerate() {
        let values: Vec<f64> = (0..all).map(|i| POINTS[i / n.pow(k.min(2) as u32) % n]).collect();
        *input = Some(Literal::of(&values, &[all], DType::F32));
    }
    Ok(subject)
}

fn numbers(id: OpId, sample: &Sample) -> std::result::Result<(), String> {
    let _level = read_level();
    match first(id, sample) {
        Ok(None) => Ok(()),
        Ok(Some(what)) => Err(what),
        Err(e) => Err(e.to_string()),
    }
}

/// The first point where the op gives a finite number and its gradient is NaN.
fn first(id: OpId, sample: &Sample) -> Result<Option<String>> {
    let subject = spread(sample, id)?;
    let (mut graph, fed) = subject.graph(Layout::Plain)?;
    let cpu = cpu(Implementation::Simd);
    let y = graph.outputs[0];
    if !graph.ty(y).dtype.is_float() {
        return Ok(None);
    }
    let wrt: Vec<Value> = graph.inputs.to_vec();
    let axes: Vec<usize> = (0..graph.ty(y).shape.rank()).collect();
    let loss = graph.build().sum(y, &axes, false)?;
    let grads = gradients(&mut graph, loss, None, &wrt)?;
    let grads = grads.into_iter().enumerate().filter_map(|(i, g)| match g {
        Some(Grad::Dense(v)) => Some((i, v)),
        _ => None,
    });
    let (places, grads): (Vec<usize>, Vec<Value>) = grads.unzip();
    graph.outputs = std::iter::once(y).chain(grads).collect();
    let outputs = run(&plan(&graph, &cpu, &Passes::default())?, &fed, &cpu)?;
    let at = |bytes: &[u8], i: usize| element(bytes, DType::F32, i);
    let (result, dtype) = (&outputs[0].bytes, outputs[0].dtype);
    for i in 0..result.len() / dtype.size() {
        for (place, grad) in places.iter().zip(&outputs[1..]) {
            if element(result, dtype, i).is_finite() && at(&grad.bytes, i).is_nan() {
                let inputs: Vec<f64> = fed.iter().map(|x| at(&x.bytes, i)).collect();
                return Ok(Some(format!("the gradient of input {place} is NaN at {inputs:?}")));
            }
        }
    }
    Ok(None)
}
