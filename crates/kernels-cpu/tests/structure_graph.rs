//! Structure ops in graphs: the gradient of every differentiable one, once and (where its rule is made of smooth ops)
//! twice, against central differences in f64.

mod common;

use common::Tensor;
use std::sync::Arc;
use talray_core::autodiff::gradients;
use talray_core::backend::Backend;
use talray_core::exec::Run;
use talray_core::graph::{OpId, Value};
use talray_core::passes::Passes;
use talray_core::plan::Plan;
use talray_core::vjp::Grad;
use talray_core::{AttrValue, DType, Graph, Literal, OpDef, Sample, Shape, Type, Vjp, ops};
use talray_kernels_cpu::Cpu;

const GROUPS: [&str; 7] = ["reduce", "scan", "shape", "index", "sort", "creation", "segment"];
const H: f64 = 1e-5;

/// Numbers without a pattern in [−1, 1).
fn numbers(n: usize, seed: usize) -> Vec<f64> {
    (0..n).map(|i| ((i + 1 + 31 * seed) as f64 * 0.754_877_666_246_692_7).fract() * 2.0 - 1.0).collect()
}

/// Σ of `values` times fixed numbers.
fn weighted(graph: &mut Graph, values: &[Value], seed: usize) -> Value {
    let mut total = graph.constant(Literal::scalar(0.0, DType::F64));
    for (i, &v) in values.iter().enumerate().filter(|(_, v)| graph.ty(**v).dtype == DType::F64).collect::<Vec<_>>() {
        let shape = graph.ty(v).shape.known().expect("known sizes").to_vec();
        let c = graph.constant(Literal::of(&numbers(shape.iter().product(), seed + i), &shape, DType::F64));
        let mut b = graph.build();
        let product = b.mul(v, c).expect("mul");
        let sum = b.op("sum", &[product], &[]).expect("sum");
        total = b.add(total, sum).expect("add");
    }
    total
}

fn dense(graph: &mut Graph, loss: Value, wrt: &[Value], what: &str) -> Vec<Value> {
    let grads = gradients(graph, loss, None, wrt).unwrap_or_else(|e| panic!("{what}: {e}"));
    let pairs = grads.into_iter().zip(wrt);
    pairs
        .map(|(g, x)| match g {
            Some(Grad::Dense(v)) => v,
            Some(Grad::Rows(g)) => {
                let n = AttrValue::Dims([graph.ty(*x).shape[0].clone()].into_iter().collect());
                graph.build().op("unsorted_segment_sum", &[g.rows, g.ids], &[("num_segments", n)]).expect("sum")
            }
            None => graph.build().full_like(0.0, *x).expect("zeros"),
        })
        .collect()
}

fn evaluate(graph: &Graph, inputs: &[Tensor], what: &str) -> Vec<Vec<f64>> {
    let cpu = Cpu::new();
    let supports = |op: OpId| cpu.supports(op);
    let plan = Plan::new(graph, graph.outputs.len(), &Passes::default(), &supports).unwrap_or_else(|e| panic!("{what}: {e}"));
    let given = inputs.iter().map(|t| cpu.upload(t.bytes(), t.dtype, &t.shape).expect("uploaded")).collect();
    let out = Run::new(Arc::new(plan), given).and_then(|run| run.finish(&cpu)).unwrap_or_else(|e| panic!("{what}: {e}"));
    let values = out.iter().map(|t| {
        let mut read = cpu.read(t).expect("read");
        let bytes = cpu.poll(&mut read).expect("at once").expect("read");
        bytes.chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().expect("8 bytes"))).collect()
    });
    values.collect()
}

fn moved(inputs: &[Tensor], i: usize, direction: &[f64], h: f64) -> Vec<Tensor> {
    let mut inputs = inputs.to_vec();
    let values: Vec<f64> = inputs[i].values().iter().zip(direction).map(|(x, d)| x + h * d).collect();
    inputs[i] = Tensor::new(DType::F64, &inputs[i].shape, &values);
    inputs
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Checks the outputs after the first, which are the gradients of the first, in two directions.
fn compare(graph: &Graph, inputs: &[Tensor], wrt: &[usize], what: &str) {
    let at = evaluate(graph, inputs, what);
    for (k, &i) in wrt.iter().enumerate() {
        for seed in 0..2 {
            let d = numbers(at[1 + k].len(), 50 + seed);
            let loss = |h| evaluate(graph, &moved(inputs, i, &d, h), what)[0][0];
            let (got, want) = (dot(&at[1 + k], &d), (loss(H) - loss(-H)) / (2.0 * H));
            assert!(
                (got - want).abs() <= 5e-5 * want.abs().max(1.0),
                "{what}, input {i}: the rule gives {got}, differences {want}"
            );
        }
    }
}

fn check(op: &'static OpDef, sample: &Sample, what: &str, twice: bool) {
    let inputs: Vec<Tensor> = sample.inputs.iter().flatten().map(|x| Tensor::of_sample(x, DType::F64)).collect();
    let mut graph = Graph::new();
    let values: Vec<Value> = inputs.iter().map(|t| graph.input(Type::new(t.dtype, Shape::of(&t.shape)))).collect();
    let given: Vec<_> = values.iter().map(|v| Some(*v)).collect();
    let outs = graph.build().apply_all(op.name, &given, &sample.attrs, &[]).unwrap_or_else(|e| panic!("{what}: {e}"));
    let loss = weighted(&mut graph, &outs, 0);
    let wrt: Vec<usize> = (0..inputs.len()).filter(|&i| inputs[i].dtype == DType::F64).collect();
    let targets: Vec<Value> = wrt.iter().map(|&i| values[i]).collect();
    let grads = dense(&mut graph, loss, &targets, what);
    graph.outputs = std::iter::once(loss).chain(grads.iter().copied()).collect();
    compare(&graph, &inputs, &wrt, what);
    if twice {
        let total = weighted(&mut graph, &grads, 90);
        let second = dense(&mut graph, total, &targets, what);
        graph.outputs = std::iter::once(total).chain(second).collect();
        compare(&graph, &inputs, &wrt, &format!("{what}, twice"));
    }
}

#[test]
fn gradients_agree_with_central_differences() {
    let mut wrong = Vec::new();
    for op in ops::OPS.iter().filter(|op| GROUPS.contains(&op.group) && !matches!(op.vjp, Vjp::None(_))) {
        // Rules of segment products divide by elements; their second derivatives hold away from 0 only.
        let twice = !op.name.ends_with("segment_prod");
        for (n, sample) in (op.samples)().iter().enumerate().filter(|(_, s)| s.refuses.is_none() && s.check_grad) {
            let what = format!("{}, sample {n}", op.name);
            if std::panic::catch_unwind(|| check(op, sample, &what, twice)).is_err() {
                wrong.push(what);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
