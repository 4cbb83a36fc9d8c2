//! Each pass on small graphs: what it removes, what it joins, and what it must leave alone.

use std::sync::Arc;
use talray_core::graph::{Builder, Graph, Kind, Literal, Value};
use talray_core::passes::{self, Passes, algebra, fold, join};
use talray_core::plan::Plan;
use talray_core::{AttrValue, DType, Result, Shape, Type};

fn graph(shape: &[usize], body: impl FnOnce(&mut Builder<'_>, Value) -> Result<Value>) -> Graph {
    let mut g = Graph::new();
    let x = g.input(Type::new(DType::F32, Shape::of(shape)));
    let out = body(&mut g.build(), x).expect("recorded");
    g.outputs = vec![out];
    g
}

/// Names of the ops that the outputs need.
fn ops(g: &Graph) -> Vec<&'static str> {
    let g = passes::dead_code(g).expect("a graph");
    let name = |kind: &Kind| match kind {
        Kind::Op(op) => Some(op.def().name),
        Kind::Fused(_) => Some("fused"),
        _ => None,
    };
    g.nodes.iter().filter_map(|n| name(&n.kind)).collect()
}

#[test]
fn constants_are_folded_through_arithmetic_and_views() {
    let g = graph(&[2, 3], |b, x| {
        let (two, eight) = (b.scalar(2.0, DType::F32), b.scalar(8.0, DType::F32));
        let quotient = b.div(two, eight)?;
        let wide = b.reshape(quotient, &Shape::of(&[1, 1]))?;
        b.mul(x, wide)
    });
    let folded = passes::dead_code(&fold::fold(&g, true).expect("folded")).expect("a graph");
    assert_eq!(ops(&folded), ["mul"]);
    let constant = folded.nodes.iter().find_map(|n| match &n.kind {
        Kind::Constant(literal) => Some(literal.clone()),
        _ => None,
    });
    assert_eq!(constant, Some(Literal::of(&[0.25], &[1, 1], DType::F32)));
}

#[test]
fn a_folded_transpose_moves_the_elements() {
    let g = graph(&[3, 2], |b, x| {
        let c = b.graph.constant(Literal::of(&[1., 2., 3., 4., 5., 6.], &[2, 3], DType::F32));
        let turned = b.transpose(c, &[1, 0])?;
        b.add(x, turned)
    });
    let folded = fold::fold(&g, true).expect("folded");
    let turned = folded.nodes.iter().filter_map(|n| match &n.kind {
        Kind::Constant(literal) => Some(literal.clone()),
        _ => None,
    });
    assert_eq!(turned.last(), Some(Literal::of(&[1., 4., 2., 5., 3., 6.], &[3, 2], DType::F32)));
}

#[test]
fn functions_that_backends_round_in_their_own_way_are_not_folded() {
    let g = graph(&[2], |b, x| {
        let one = b.scalar(1.0, DType::F32);
        let e = b.exp(one)?;
        b.mul(x, e)
    });
    assert_eq!(ops(&fold::fold(&g, true).expect("folded")), ["exp", "mul"]);
}

#[test]
fn ops_that_change_nothing_disappear() {
    let g = graph(&[2, 3], |b, x| {
        let (one, zero) = (b.scalar(1.0, DType::F32), b.scalar(-0.0, DType::F32));
        let v = b.mul(x, one)?;
        let v = b.add(v, zero)?;
        let v = b.neg(v)?;
        let v = b.neg(v)?;
        let v = b.op("identity", &[v], &[])?;
        let v = b.op("cast", &[v], &[("dtype", DType::F32.into())])?;
        let v = b.transpose(v, &[1, 0])?;
        let v = b.transpose(v, &[1, 0])?;
        let v = b.reshape(v, &Shape::of(&[6]))?;
        b.reshape(v, &Shape::of(&[2, 3]))
    });
    let clean = algebra::algebra(&g, true).expect("cleaned");
    assert_eq!(clean.outputs, clean.inputs);
}

#[test]
fn adding_plus_zero_stays_for_it_turns_minus_zero_into_zero() {
    let g = graph(&[2], |b, x| {
        let zero = b.scalar(0.0, DType::F32);
        b.add(x, zero)
    });
    assert_eq!(ops(&algebra::algebra(&g, true).expect("cleaned")), ["add"]);
}

#[test]
fn a_factor_of_one_that_widens_its_operand_stays() {
    let g = graph(&[3], |b, x| {
        let ones = b.graph.constant(Literal::of(&[1.0; 6], &[2, 3], DType::F32));
        b.mul(x, ones)
    });
    assert_eq!(ops(&algebra::algebra(&g, true).expect("cleaned")), ["mul"]);
}

#[test]
fn views_of_views_become_one_and_needless_broadcasts_none() {
    let g = graph(&[2, 3, 4], |b, x| {
        let v = b.transpose(x, &[2, 0, 1])?;
        b.transpose(v, &[1, 0, 2])
    });
    assert_eq!(ops(&algebra::algebra(&g, true).expect("cleaned")), ["transpose"]);
    let g = graph(&[2, 3], |b, x| {
        let row = b.sum(x, &[0], true)?;
        let wide = b.broadcast_to(row, &Shape::of(&[2, 3]))?;
        b.add(x, wide)
    });
    assert_eq!(ops(&algebra::algebra(&g, true).expect("cleaned")), ["sum", "add"]);
}

fn planned(g: &Graph, results: usize) -> Plan {
    Plan::new(g, results, &Passes::default(), &|_| true).expect("a plan")
}

#[test]
fn a_tail_joins_its_product_only_where_nothing_else_reads_it() {
    let dense = |extra: bool| {
        let mut g = Graph::new();
        let x = g.input(Type::new(DType::F32, Shape::of(&[4, 5])));
        let w = g.input(Type::new(DType::F32, Shape::of(&[5, 6])));
        let mut b = g.build();
        let product = b.matmul(x, w, false, false).expect("product");
        let out = b.tanh(product).expect("tail");
        g.outputs = if extra { vec![out, product] } else { vec![out] };
        ops(&planned(&g, g.outputs.len()).graph)
    };
    assert_eq!(dense(false), ["matmul"]);
    assert_eq!(dense(true), ["matmul", "fused"]);
}

#[test]
fn a_tail_that_only_a_new_state_needs_stays_behind_the_commit() {
    let mut g = Graph::new();
    let x = g.input(Type::new(DType::F32, Shape::of(&[4, 5])));
    let state = g.input(Type::new(DType::F32, Shape::of(&[4, 4])));
    let mut b = g.build();
    let gradient = b.matmul(x, x, false, true).expect("product");
    let next = b.sub(state, gradient).expect("update");
    let loss = b.sum(x, &[0, 1], false).expect("loss");
    g.outputs = vec![loss, next];
    let plan = planned(&g, 1);
    assert_eq!(ops(&plan.graph).iter().filter(|n| **n == "fused").count(), 1);
    assert!(matches!(plan.graph.nodes[plan.commit].kind, Kind::Fused(_)), "the update is the first step after the commit");
}

#[test]
fn the_programs_of_a_joined_node_survive_the_way_through_bytes() {
    let g = graph(&[8, 9], |b, x| {
        let v = b.square(x)?;
        let v = b.reduce("mean", v, &[1], false)?;
        b.sqrt(v)
    });
    let plan = planned(&g, 1);
    assert_eq!(ops(&plan.graph), ["mean"]);
    let again = Plan::from_bytes(&plan.to_bytes().expect("bytes")).expect("a plan");
    assert_eq!(again.programs, plan.programs);
    assert_eq!(plan.programs.last().map(Vec::len), Some(2));
    assert!(join::only_program(&plan.graph.nodes[1].regions[0]).is_some());
}

#[test]
fn a_division_becomes_a_product_where_that_is_exact_or_allowed() {
    let prims = |divisor: f64, exact: bool| {
        let g = graph(&[4], |b, x| {
            let c = b.scalar(divisor, DType::F32);
            b.div(x, c)
        });
        let passes = Passes { exact, ..Passes::default() };
        let plan = Plan::new(&g, 1, &passes, &|_| true).expect("a plan");
        plan.explain(&[], "cpu").contains("[mul]")
    };
    assert!(prims(8.0, true));
    assert!(!prims(3.0, true));
    assert!(prims(3.0, false));
}

/// A scan over `xs` [4, 2] whose state is what it was times the entry, and which gives each state and its square.
fn products(g: &mut Graph, start: Value, xs: Value) -> Vec<Value> {
    let mut body = Graph::new();
    let ty = Type::new(DType::F32, Shape::of(&[2]));
    let (state, x) = (body.input(ty.clone()), body.input(ty));
    let next = body.build().mul(state, x).expect("product");
    let square = body.build().mul(next, next).expect("square");
    body.outputs = vec![next, next, square];
    let named = [("carries", AttrValue::I64(1)), ("sequences", AttrValue::I64(1))];
    g.build().apply_all("scan", &[Some(start), Some(xs)], &named, &[Arc::new(body)]).expect("scan").to_vec()
}

fn scanned() -> (Graph, Value, Value) {
    let mut g = Graph::new();
    let start = g.input(Type::new(DType::F32, Shape::of(&[2])));
    let xs = g.input(Type::new(DType::F32, Shape::of(&[4, 2])));
    (g, start, xs)
}

#[test]
fn a_scan_and_its_gradient_take_the_turns_once_and_back_once() {
    let (mut g, start, xs) = scanned();
    let results = products(&mut g, start, xs);
    let loss = g.build().sum(results[1], &[0, 1], false).expect("loss");
    let grads = talray_core::autodiff::gradients(&mut g, loss, None, &[xs]).expect("gradients");
    let Some(talray_core::vjp::Grad::Dense(gradient)) = grads[0] else { panic!("a dense gradient") };
    g.outputs = vec![loss, gradient];
    let scans = |passes: &Passes| {
        let plan = Plan::new(&g, 2, passes, &|_| true).expect("a plan");
        let scans = plan.graph.nodes.iter().filter(|n| matches!(n.kind, Kind::Op(op) if op.def().name == "scan"));
        scans.map(|n| n.types.len()).collect::<Vec<_>>()
    };
    assert_eq!(scans(&Passes::NONE).len(), 3);
    // The state, the state after each turn and that before it; the gradients of the state and of the entries.
    assert_eq!(scans(&Passes::default()), [3, 2]);
}

#[test]
fn results_of_a_scan_that_nobody_reads_are_left_out() {
    let (mut g, start, xs) = scanned();
    let results = products(&mut g, start, xs);
    g.outputs = vec![results[2]];
    let plan = planned(&g, 1);
    let scan = plan.graph.nodes.last().expect("a scan");
    assert_eq!(scan.types.len(), 2);
    assert_eq!(plan.graph.outputs[0].out, 1);
    assert_eq!(scan.types[1].shape, Shape::of(&[4, 2]));
}

#[test]
fn scans_of_other_turns_stay_apart() {
    let (mut g, start, xs) = scanned();
    let first = products(&mut g, start, xs);
    let other = g.build().sum(xs, &[0], false).expect("a row");
    let second = products(&mut g, other, xs);
    g.outputs = vec![first[1], second[1]];
    assert_eq!(ops(&planned(&g, 2).graph).iter().filter(|op| **op == "scan").count(), 2);
}

#[test]
fn explain_lists_what_a_training_step_needs_of_memory() {
    let mut g = Graph::new();
    let x = g.input(Type::new(DType::F32, Shape::of(&[8, 16])));
    let w = g.input(Type::new(DType::F32, Shape::of(&[16, 32])));
    let momentum = g.input(Type::new(DType::F32, Shape::of(&[16, 32])));
    let mut b = g.build();
    let hidden = b.matmul(x, w, false, false).and_then(|v| b.tanh(v)).expect("hidden");
    let loss = b.sum(hidden, &[0, 1], false).expect("loss");
    let grads = talray_core::autodiff::gradients(&mut g, loss, None, &[w]).expect("gradients");
    let Some(talray_core::vjp::Grad::Dense(gradient)) = grads[0] else { panic!("a dense gradient") };
    let mut b = g.build();
    let moved = b.add(momentum, gradient).expect("momentum");
    let next = b.sub(w, moved).expect("update");
    g.outputs = vec![loss, next, moved];
    let plan = planned(&g, 1);
    let memory = plan.memory(&[1, 2]).expect("known sizes");
    let weights = 16 * 32 * 4;
    assert_eq!((memory.arguments, memory.parameters, memory.slots), (8 * 16 * 4, weights, weights));
    assert_eq!((memory.gradients, memory.saved), (weights, 8 * 32 * 4));
    let listed = memory.parameters + memory.slots + memory.gradients + memory.saved + memory.largest;
    assert!(memory.peak <= listed, "{memory:?}");
    let text = plan.explain(&[1, 2], "cpu");
    assert!(text.contains("parameters 2048, slots 2048, gradients 2048, saved activations 1024"), "{text}");
    assert!(text.contains("1 segment on cpu; fallbacks: none"), "{text}");
}
