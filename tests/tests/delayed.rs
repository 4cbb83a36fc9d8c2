//! The executor on a device whose reads have to be awaited: plans suspend, go on, and give the same.

use std::sync::Arc;
use talray_core::autodiff::gradients;
use talray_core::backend::Backend;
use talray_core::exec::Run;
use talray_core::passes::Passes;
use talray_core::plan::Plan;
use talray_core::vjp::Grad;
use talray_core::{AttrValue, Code, DType, Graph, Literal, Region, Result, Shape, Type, Value};
use talray_kernels_cpu::{Cpu, Implementation};
use talray_tests::delayed::{Delayed, suspended};
use talray_tests::golden::element;
use talray_tests::run::{Output, cpu};

const DELAY: usize = 3;

fn delayed() -> Delayed<Cpu> {
    Delayed::new(cpu(Implementation::Simd), DELAY)
}

fn numbers(output: &Output) -> Vec<f64> {
    let n = output.shape.iter().product();
    (0..n).map(|i| element(&output.bytes, output.dtype, i)).collect()
}

fn f32s(values: &[f64], shape: &[usize]) -> Literal {
    Literal::of(values, shape, DType::F32)
}

fn ty(shape: &[usize]) -> Type {
    Type::new(DType::F32, Shape::of(shape))
}

/// A region over scalars or vectors of these types.
fn region(inputs: &[Type], body: impl FnOnce(&mut Graph, &[Value]) -> Result<Vec<Value>>) -> Region {
    let mut graph = Graph::new();
    let values: Vec<Value> = inputs.iter().map(|t| graph.input(t.clone())).collect();
    graph.outputs = body(&mut graph, &values).expect("a region");
    Arc::new(graph)
}

/// `while x < 100 { x *= 2 }`, from `x`.
fn doubling() -> Graph {
    let mut graph = Graph::new();
    let x = graph.input(ty(&[]));
    let cond = region(&[ty(&[])], |g, v| {
        let mut b = g.build();
        let bound = b.scalar(100.0, DType::F32);
        Ok(vec![b.less(v[0], bound)?])
    });
    let body = region(&[ty(&[])], |g, v| Ok(vec![g.build().add(v[0], v[0])?]));
    let named = [("state", AttrValue::I64(1)), ("tests", AttrValue::I64(0))];
    let outputs = graph.build().apply_all("while_loop", &[Some(x)], &named, &[cond, body]).expect("while_loop");
    graph.outputs = outputs.to_vec();
    graph
}

#[test]
fn a_loop_suspends_at_each_test_and_goes_on() {
    let backend = delayed();
    let (outputs, waits) = suspended(&doubling(), &[f32s(&[3.0], &[])], &Passes::default(), &backend).expect("a run");
    assert_eq!(numbers(&outputs[0]), [192.0]);
    // Seven tests (3, 6, … 192), each awaited.
    assert_eq!(waits, 7 * DELAY);
}

/// `pred ? x² : 3x`, and its gradient for `x`.
fn branch() -> Graph {
    let mut graph = Graph::new();
    let pred = graph.input(Type::new(DType::Bool, Shape::scalar()));
    let x = graph.input(ty(&[3]));
    let yes = region(&[ty(&[3])], |g, v| Ok(vec![g.build().mul(v[0], v[0])?]));
    let no = region(&[ty(&[3])], |g, v| {
        let mut b = g.build();
        let three = b.scalar(3.0, DType::F32);
        Ok(vec![b.mul(v[0], three)?])
    });
    let inputs = [Some(pred), Some(x), Some(x)];
    let mut b = graph.build();
    let y = b.apply_all("cond", &inputs, &[("first", AttrValue::I64(1))], &[yes, no]).expect("cond")[0];
    let loss = b.sum(y, &[0], false).expect("sum");
    let Some(Grad::Dense(grad)) = gradients(&mut graph, loss, None, &[x]).expect("gradients")[0] else { panic!("dense") };
    graph.outputs = vec![y, grad];
    graph
}

#[test]
fn a_branch_and_its_gradient_suspend_and_give_the_same() {
    for passes in [Passes::default(), Passes::NONE] {
        for (pred, y, dy) in [(1u8, [1.0, 4.0, 9.0], [2.0, 4.0, 6.0]), (0, [3.0, 6.0, 9.0], [3.0; 3])] {
            let pred = Literal { dtype: DType::Bool, shape: Default::default(), bytes: Arc::from([pred].as_slice()) };
            let inputs = [pred, f32s(&[1.0, 2.0, 3.0], &[3])];
            let (outputs, waits) = suspended(&branch(), &inputs, &passes, &delayed()).expect("a run");
            assert_eq!(numbers(&outputs[0]), y);
            assert_eq!(numbers(&outputs[1]), dy);
            assert!(waits >= 2 * DELAY, "both branches are awaited: {waits}");
        }
    }
}

#[test]
fn a_scan_over_loops_suspends_inside_its_turns() {
    let mut graph = Graph::new();
    let (carry, xs) = (graph.input(ty(&[])), graph.input(ty(&[3])));
    // Each turn doubles the row until it passes 100, and adds it up.
    let body = region(&[ty(&[]), ty(&[])], |g, v| {
        let inner = doubling();
        let Some(node) = inner.nodes.last() else { panic!("a node") };
        let named = [("state", AttrValue::I64(1)), ("tests", AttrValue::I64(0))];
        let mut b = g.build();
        let x = b.apply_all("while_loop", &[Some(v[1])], &named, &node.regions)?[0];
        Ok(vec![b.add(v[0], x)?, x])
    });
    let named = [("carries", AttrValue::I64(1)), ("sequences", AttrValue::I64(1))];
    let outputs = graph.build().apply_all("scan", &[Some(carry), Some(xs)], &named, &[body]).expect("scan");
    graph.outputs = outputs.to_vec();
    let inputs = [f32s(&[0.5], &[]), f32s(&[60.0, 200.0, 30.0], &[3])];
    let (outputs, waits) = suspended(&graph, &inputs, &Passes::default(), &delayed()).expect("a run");
    assert_eq!(numbers(&outputs[0]), [0.5 + 120.0 + 200.0 + 120.0]);
    assert_eq!(numbers(&outputs[1]), [120.0, 200.0, 120.0]);
    assert_eq!(waits, (2 + 1 + 3) * DELAY);
}

#[test]
fn a_synchronous_run_is_refused_where_the_plan_suspends_and_given_where_it_does_not() {
    let backend = delayed();
    let run = |graph: &Graph, inputs: &[Literal]| -> Result<usize> {
        let plan = Plan::new(graph, graph.outputs.len(), &Passes::default(), &|op| backend.supports(op))?;
        let inputs = inputs.iter().map(|x| backend.upload(&x.bytes, x.dtype, &x.shape)).collect::<Result<Vec<_>>>()?;
        Ok(Run::new(Arc::new(plan), inputs)?.finish(&backend)?.len())
    };
    let refused = run(&doubling(), &[f32s(&[3.0], &[])]).expect_err("it has to wait");
    assert_eq!(refused.code, Code::Device);
    assert!(refused.message.contains("asynchronous"), "{refused}");
    let mut straight = Graph::new();
    let x = straight.input(ty(&[2]));
    let y = straight.build().mul(x, x).expect("mul");
    straight.outputs = vec![y];
    assert_eq!(run(&straight, &[f32s(&[1.0, 2.0], &[2])]), Ok(1));
}
