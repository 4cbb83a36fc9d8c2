//! Ops of this group in graphs: gradients and second derivatives against central differences in f64, and
//! composites against the kernels that stand for them.

use crate::common::{Tensor, assert_close, tensor, tolerance};
use std::sync::Arc;
use talray_core::autodiff::gradients;
use talray_core::backend::Backend;
use talray_core::exec::Run;
use talray_core::graph::{OpId, Value};
use talray_core::op::{Lower, OpDef};
use talray_core::passes::Passes;
use talray_core::plan::Plan;
use talray_core::vjp::Grad;
use talray_core::{Code, DType, Graph, Literal, Result, Sample, Shape, Type};
use talray_kernels_cpu::Cpu;

/// The ops whose gradients are checked here, directly or through the ops that they are made of.
const DIFFERENTIABLE: &[&str] = &[
    "matmul",
    "softmax",
    "log_softmax",
    "sigmoid_cross_entropy",
    "softmax_cross_entropy",
    "sparse_softmax_cross_entropy",
    "layer_normalization",
    "batch_normalization",
    "rms_normalization",
    "group_normalization",
    "instance_normalization",
    "dropout",
    "conv",
    "conv_input_grad",
    "conv_kernel_grad",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv1d_transpose",
    "conv2d_transpose",
    "conv3d_transpose",
    "depthwise_conv1d",
    "depthwise_conv2d",
    "max_pool",
    "avg_pool",
    "pool_avg_grad",
    "resize",
    "resize_grad",
    "scaled_dot_product_attention",
    "einsum",
    "tensordot",
    "outer",
    "embedding_bag",
];

/// A graph over one op: its inputs as graph inputs, `loss` = Σ outputs · fixed numbers, and the gradients of
/// the float inputs.
struct Case {
    graph: Graph,
    inputs: Vec<Option<Tensor>>,
    wrt: Vec<usize>,
    grads: Vec<Value>,
}

/// Numbers without a pattern in [−1, 1).
fn numbers(n: usize, seed: usize) -> Vec<f64> {
    (0..n).map(|i| ((i + 1 + 31 * seed) as f64 * 0.754_877_666_246_692_7).fract() * 2.0 - 1.0).collect()
}

fn weighted(graph: &mut Graph, v: Value, seed: usize) -> Value {
    let shape = graph.ty(v).shape.known().expect("known sizes").to_vec();
    let c = graph.constant(Literal::of(&numbers(shape.iter().product(), seed), &shape, DType::F64));
    let mut b = graph.build();
    let product = b.mul(v, c).expect("mul");
    b.op("sum", &[product], &[]).expect("sum")
}

fn case(op: &'static OpDef, sample: &Sample, what: &str) -> Case {
    let inputs: Vec<_> = sample.inputs.iter().map(|i| i.as_ref().map(|i| tensor(i, DType::F64))).collect();
    let mut graph = Graph::new();
    let values: Vec<_> =
        inputs.iter().map(|t| t.as_ref().map(|t| graph.input(Type::new(t.dtype, Shape::of(&t.shape))))).collect();
    let attrs: Vec<_> = sample.attrs.iter().map(|(n, v)| (*n, v.clone())).collect();
    let outs = graph.build().apply_all(op.name, &values, &attrs, &[]).unwrap_or_else(|e| panic!("{what}: {e}"));
    let mut loss = None;
    for (i, v) in outs.into_iter().enumerate().filter(|(_, v)| graph_float(&graph, *v)).collect::<Vec<_>>() {
        let term = weighted(&mut graph, v, i);
        loss = Some(match loss {
            None => term,
            Some(l) => graph.build().add(l, term).expect("add"),
        });
    }
    let loss = loss.expect("a float output");
    let wrt: Vec<usize> = (0..inputs.len()).filter(|&i| inputs[i].as_ref().is_some_and(|t| t.dtype == DType::F64)).collect();
    let targets: Vec<Value> = wrt.iter().map(|&i| values[i].expect("present")).collect();
    let grads = dense(&mut graph, loss, &targets, what);
    graph.outputs = std::iter::once(loss).chain(grads.iter().copied()).collect();
    Case { graph, inputs, wrt, grads }
}

fn graph_float(graph: &Graph, v: Value) -> bool {
    graph.ty(v).dtype == DType::F64
}

fn dense(graph: &mut Graph, loss: Value, wrt: &[Value], what: &str) -> Vec<Value> {
    let grads = gradients(graph, loss, None, wrt).unwrap_or_else(|e| panic!("{what}: {e}"));
    grads
        .into_iter()
        .zip(wrt)
        .map(|(g, x)| {
            let shape = graph.ty(*x).shape.clone();
            match g {
                Some(Grad::Dense(v)) => v,
                Some(Grad::Rows(g)) => {
                    let count = talray_core::AttrValue::Dims([shape[0].clone()].as_slice().into());
                    graph.build().op("unsorted_segment_sum", &[g.rows, g.ids], &[("num_segments", count)]).expect("sum")
                }
                None => graph.build().full_like(0.0, *x).expect("zeros"),
            }
        })
        .collect()
}

/// Runs the graph on the CPU; ops named in `expanded` run as the composites that they are.
fn evaluate(graph: &Graph, inputs: &[Option<Tensor>], expanded: &[&str], what: &str) -> Vec<Tensor> {
    attempt(graph, inputs, expanded, what).unwrap_or_else(|e| panic!("{what}: {e}"))
}

/// As [`evaluate`]; an op that the CPU has no kernel for is an error.
fn attempt(graph: &Graph, inputs: &[Option<Tensor>], expanded: &[&str], what: &str) -> Result<Vec<Tensor>> {
    let cpu = Cpu::new();
    let supports = |op: OpId| cpu.supports(op) && !expanded.contains(&op.def().name);
    let plan = Plan::new(graph, graph.outputs.len(), &Passes::default(), &supports)?;
    let given = inputs.iter().flatten().map(|t| cpu.upload(t.bytes(), t.dtype, &t.shape).expect("uploaded")).collect();
    let run = Run::new(Arc::new(plan), given).unwrap_or_else(|e| panic!("{what}: {e}"));
    let out = run.finish(&cpu).unwrap_or_else(|e| panic!("{what}: {e}"));
    let tensors = out.iter().map(|t| {
        let mut read = cpu.read(t).expect("read");
        let bytes = cpu.poll(&mut read).expect("at once").expect("read");
        Tensor::from_bytes(&bytes, t.dtype, t.shape())
    });
    Ok(tensors.collect())
}

/// The inputs with input `i` moved by `h` along `direction`.
fn moved(inputs: &[Option<Tensor>], i: usize, direction: &[f64], h: f64) -> Vec<Option<Tensor>> {
    let mut inputs = inputs.to_vec();
    let t = inputs[i].as_ref().expect("present");
    let values: Vec<f64> = t.values().iter().zip(direction).map(|(x, d)| x + h * d).collect();
    inputs[i] = Some(Tensor::of(&values, t.dtype, &t.shape));
    inputs
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

const H: f64 = 1e-5;

fn assert_near(got: f64, want: f64, what: &str) {
    assert!((got - want).abs() <= 2e-5 * want.abs().max(1.0), "{what}: the rule gives {got}, differences give {want}");
}

fn samples(name: &str) -> impl Iterator<Item = (usize, Sample)> {
    let op = talray_core::ops::id(name).def();
    (op.samples)().into_iter().enumerate().filter(|(_, s)| s.refuses.is_none() && s.check_grad)
}

#[test]
fn gradients_agree_with_central_differences() {
    for name in DIFFERENTIABLE {
        for (s, sample) in samples(name) {
            let what = format!("{name} sample {s}");
            let case = case(talray_core::ops::id(name).def(), &sample, &what);
            let at = match attempt(&case.graph, &case.inputs, &[], &what) {
                Ok(at) => at,
                Err(e) => {
                    assert_eq!(e.code, Code::Unsupported, "{what}: {e}");
                    println!("{what} is left out: {e}");
                    continue;
                }
            };
            for (k, &i) in case.wrt.iter().enumerate() {
                let grad = at[1 + k].values();
                for seed in 0..2 {
                    let d = numbers(grad.len(), 50 + seed);
                    let loss = |h| evaluate(&case.graph, &moved(&case.inputs, i, &d, h), &[], &what)[0].values()[0];
                    assert_near(dot(&grad, &d), (loss(H) - loss(-H)) / (2.0 * H), &format!("{what}, input {i}"));
                }
            }
        }
    }
}

#[test]
fn second_derivatives_agree_with_central_differences() {
    let twice = [
        "softmax",
        "log_softmax",
        "softmax_cross_entropy",
        "layer_normalization",
        "batch_normalization",
        "conv",
        "max_pool",
        "avg_pool",
        "resize",
    ];
    for name in twice {
        for (s, sample) in samples(name) {
            let what = format!("{name} sample {s}, twice");
            let Case { mut graph, inputs, wrt, grads } = case(talray_core::ops::id(name).def(), &sample, &what);
            // Σ gradient · fixed numbers, differentiated again.
            let mut total = weighted(&mut graph, grads[0], 90);
            for (k, g) in grads.iter().enumerate().skip(1) {
                let term = weighted(&mut graph, *g, 90 + k);
                total = graph.build().add(total, term).expect("add");
            }
            let targets: Vec<Value> = wrt.iter().map(|&i| graph.inputs[inputs[..i].iter().flatten().count()]).collect();
            let second = dense(&mut graph, total, &targets, &what);
            graph.outputs = std::iter::once(total).chain(second).collect();
            let at = evaluate(&graph, &inputs, &[], &what);
            for (k, &i) in wrt.iter().enumerate() {
                let d = numbers(at[1 + k].values().len(), 70);
                let first = |h| evaluate(&graph, &moved(&inputs, i, &d, h), &[], &what)[0].values()[0];
                assert_near(dot(&at[1 + k].values(), &d), (first(H) - first(-H)) / (2.0 * H), &format!("{what}, input {i}"));
            }
        }
    }
}

#[test]
fn composites_agree_with_their_kernels() {
    for op in talray_core::ops::OPS.iter().filter(|op| matches!(op.lower, Lower::Composite(_))) {
        if talray_kernels_cpu::kernel(op.name, Default::default()).is_none() {
            continue;
        }
        for (s, sample) in (op.samples)().into_iter().enumerate().filter(|(_, s)| s.refuses.is_none()) {
            for dtype in [DType::F32, DType::F64] {
                let what = format!("{} sample {s} in {dtype}", op.name);
                let inputs: Vec<_> = sample.inputs.iter().map(|i| i.as_ref().map(|i| tensor(i, dtype))).collect();
                let mut graph = Graph::new();
                let values: Vec<_> =
                    inputs.iter().map(|t| t.as_ref().map(|t| graph.input(Type::new(t.dtype, Shape::of(&t.shape))))).collect();
                let attrs: Vec<_> = sample.attrs.iter().map(|(n, v)| (*n, v.clone())).collect();
                let out = graph.build().apply_all(op.name, &values, &attrs, &[]).unwrap_or_else(|e| panic!("{what}: {e}"));
                graph.outputs = out.to_vec();
                let kernel = evaluate(&graph, &inputs, &[], &what);
                let composite = match attempt(&graph, &inputs, &[op.name], &what) {
                    Ok(composite) => composite,
                    Err(e) => {
                        assert_eq!(e.code, Code::Unsupported, "{what}: {e}");
                        println!("{what} is left out: {e}");
                        continue;
                    }
                };
                for (i, (k, c)) in kernel.iter().zip(&composite).enumerate() {
                    assert_close(k, c, tolerance(dtype), &format!("{what}, output {i}"));
                }
            }
        }
    }
}
