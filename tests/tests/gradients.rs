//! The gradient of every op against central differences in f64, at its samples, on the CPU.

use std::sync::Arc;
use talray_core::autodiff::{densify, gradients};
use talray_core::graph::OpId;
use talray_core::op::{SampleData, SampleInput};
use talray_core::passes::Passes;
use talray_core::plan::Plan;
use talray_core::vjp::Grad;
use talray_core::{Code, DType, Graph, Literal, OpDef, Result, Sample, Shape, Type, Value, Vjp, ops};
use talray_kernels_cpu::{Cpu, Implementation};
use talray_tests::golden::element;
use talray_tests::run::{cpu, plan, run};

/// Samples that are not compared, with the reason: op, and where it stands.
const EXCEPTIONS: &[(&str, &str)] = &[];

fn data(input: &SampleInput) -> Vec<f64> {
    match &input.data {
        SampleData::Values(v) => v.clone(),
        SampleData::Range(lo, hi) => {
            let n = input.shape.iter().product::<usize>();
            // A stride that shares no factor with n visits each place once.
            let stride = (n * 5 / 13..).find(|s| gcd(*s, n) == 1).unwrap_or(1);
            (0..n).map(|i| lo + (hi - lo) * ((i * stride % n) as f64 + 0.37) / n as f64).collect()
        }
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// An op's sample with floats in f64: its graph, its inputs, and the weighted sum of its outputs.
struct Case {
    graph: Graph,
    inputs: Vec<Value>,
    literals: Vec<Literal>,
    loss: Value,
}

/// `None` where the op has no float output.
fn case(id: OpId, def: &OpDef, sample: &Sample) -> Result<Option<Case>> {
    let mut graph = Graph::new();
    let (mut inputs, mut args, mut literals) = (Vec::new(), Vec::new(), Vec::new());
    for input in &sample.inputs {
        let Some(input) = input else {
            args.push(None);
            continue;
        };
        let dtype = if input.dtype.is_float() { DType::F64 } else { input.dtype };
        let v = graph.input(Type::new(dtype, Shape::of(&input.shape)));
        literals.push(Literal::of(&data(input), &input.shape, dtype));
        inputs.push(v);
        args.push(Some(v));
    }
    let named: Vec<_> = sample.attrs.iter().map(|(n, v)| (*n, v.clone())).collect();
    let attrs = talray_core::graph::complete(id, &named).map_err(|e| e.in_op(def.name))?;
    let outputs = graph.apply(id, &args, attrs, &[])?;
    let mut loss: Option<Value> = None;
    for (k, y) in outputs.iter().enumerate().filter(|(_, y)| graph.ty(**y).dtype.is_float()).collect::<Vec<_>>() {
        let ty = graph.ty(*y).clone();
        let Some(shape) = ty.shape.known() else { return Ok(None) };
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
    Ok(loss.map(|loss| Case { graph, inputs, literals, loss }))
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
    let floats: Vec<usize> = (0..case.inputs.len()).filter(|&i| case.literals[i].dtype.is_float()).collect();
    let wrt: Vec<Value> = floats.iter().map(|&i| case.inputs[i]).collect();
    case.graph.outputs = vec![case.loss];
    let forward: Arc<Plan> = plan(&case.graph, cpu, &Passes::default())?;
    let grads = gradients(&mut case.graph, case.loss, None, &wrt)?;
    let mut outputs = Vec::new();
    for (v, g) in wrt.iter().zip(&grads) {
        outputs.push(match g {
            Some(Grad::Dense(g)) => Some(*g),
            Some(Grad::Rows(g)) => {
                let shape = case.graph.ty(*v).shape.clone();
                Some(densify(&mut case.graph.build(), *g, &shape)?)
            }
            None => None,
        });
    }
    case.graph.outputs = outputs.iter().flatten().copied().collect();
    let mut values = run(&plan(&case.graph, cpu, &Passes::default())?, &case.literals, cpu)?.into_iter();
    for (&i, v) in floats.iter().zip(&outputs) {
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

#[test]
fn every_gradient_agrees_with_central_differences() {
    let cpu = cpu(Implementation::Simd);
    let (mut compared, mut wrong) = (0, Vec::new());
    for (n, def) in ops::OPS.iter().enumerate() {
        if matches!(def.vjp, Vjp::None(_)) || EXCEPTIONS.iter().any(|(name, _)| *name == def.name) {
            continue;
        }
        for (s, sample) in (def.samples)().iter().enumerate().filter(|(_, s)| s.refuses.is_none() && s.check_grad) {
            let result = case(OpId(n as u16), def, sample).and_then(|case| match case {
                Some(mut case) => check(&mut case, &cpu),
                None => Ok(None),
            });
            match result {
                Err(e) if e.code == Code::Unsupported => println!("{} sample {s} is not compared: {e}", def.name),
                Err(e) => wrong.push(format!("{} sample {s}: {e}", def.name)),
                Ok(Some(what)) => wrong.push(format!("{} sample {s}: {what}", def.name)),
                Ok(None) => compared += 1,
            }
        }
    }
    for (op, why) in EXCEPTIONS {
        println!("{op} is not compared: {why}");
    }
    assert!(wrong.is_empty(), "{} of them, {compared} agree\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 200, "{compared}");
}
