//! The engine driven through its port: only bytes cross.

use std::sync::Arc;
use std::sync::mpsc::channel;
use talray_core::autodiff::gradients;
use talray_core::graph::OpId;
use talray_core::passes::Passes;
use talray_core::plan::Plan;
use talray_core::vjp::Grad;
use talray_core::{Code, DType, Error, Graph, Literal, Result, Shape, Type, ops};
use talray_runtime::port::{Host, Reply, Request};
use talray_runtime::{Engine, Handle};

/// A recorder's end: it knows `talray-core` and bytes.
struct Recorder {
    host: Host,
    supports: Vec<bool>,
}

impl Recorder {
    fn new() -> Recorder {
        let mut recorder = Recorder { host: Host::new(Arc::new(Engine::new(1))), supports: Vec::new() };
        match recorder.ask(&Request::Describe) {
            Ok(Reply::Host { ops, supports }) => {
                assert_eq!(ops, ops::fingerprint());
                recorder.supports = supports;
            }
            other => panic!("{other:?}"),
        }
        recorder
    }

    fn ask(&mut self, request: &Request) -> Result<Reply> {
        let (sender, receiver) = channel();
        let sent = request.to_bytes()?;
        self.host.serve(&sent, move |bytes| sender.send(bytes).expect("the recorder waits"));
        Reply::from_bytes(&receiver.recv().expect("an answer"))?.ok()
    }

    fn write(&mut self, values: &[f32], shape: &[usize]) -> Handle {
        let bytes = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        match self.ask(&Request::Write { dtype: DType::F32, shape: shape.to_vec(), bytes }) {
            Ok(Reply::Written(handle)) => handle,
            other => panic!("{other:?}"),
        }
    }

    fn read(&mut self, handle: Handle) -> Result<Vec<f32>> {
        match self.ask(&Request::Read(handle))? {
            Reply::Elements { dtype: DType::F32, bytes, .. } => {
                Ok(bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().expect("four bytes"))).collect())
            }
            other => panic!("{other:?}"),
        }
    }

    fn register(&mut self, graph: &Graph, results: usize, states: &[usize]) -> u32 {
        let plan = Plan::new(graph, results, &Passes::default(), &|op: OpId| self.supports[op.0 as usize]).expect("a plan");
        let plan = plan.to_bytes().expect("bytes");
        match self.ask(&Request::Register { plan, results, states: states.to_vec() }) {
            Ok(Reply::Registered(plan)) => plan,
            other => panic!("{other:?}"),
        }
    }

    fn run(&mut self, plan: u32, bindings: &[Handle]) -> Result<(Vec<Handle>, Vec<Handle>)> {
        match self.ask(&Request::Run { plan, bindings: bindings.to_vec() })? {
            Reply::Started { results, states } => Ok((results, states)),
            other => panic!("{other:?}"),
        }
    }
}

/// A step of least squares: `loss = mean((x·w − y)²)`, checked to be finite; `w −= rate · gradient`.
fn step(rows: usize, columns: usize) -> Graph {
    let mut graph = Graph::new();
    let ty = |shape: &[usize]| Type::new(DType::F32, Shape::of(shape));
    let w = graph.input(ty(&[columns, 1]));
    let x = graph.input(ty(&[rows, columns]));
    let y = graph.input(ty(&[rows, 1]));
    let mut b = graph.build();
    let product = b.matmul(x, w, false, false).expect("matmul");
    let error = b.sub(product, y).expect("sub");
    let square = b.mul(error, error).expect("mul");
    let loss = b.op("mean", &[square], &[]).expect("mean");
    let loss = b.op("check_finite", &[loss], &[("what", talray_core::AttrValue::Text("the loss".into()))]).expect("guard");
    let grads = gradients(&mut graph, loss, None, &[w]).expect("gradients");
    let Some(Grad::Dense(grad)) = grads[0] else { panic!("a dense gradient") };
    let rate = graph.constant(Literal::scalar(0.1, DType::F32));
    let mut b = graph.build();
    let change = b.mul(grad, rate).expect("mul");
    let next = b.sub(w, change).expect("sub");
    graph.outputs = vec![loss, next];
    graph
}

#[test]
fn a_training_runs_through_bytes() {
    let mut recorder = Recorder::new();
    let plan = recorder.register(&step(4, 2), 1, &[0]);
    let x = recorder.write(&[1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, -1.0], &[4, 2]);
    let y = recorder.write(&[2.0, -1.0, 1.0, 3.0], &[4, 1]);
    let mut w = recorder.write(&[0.0, 0.0], &[2, 1]);
    let mut losses = Vec::new();
    for _ in 0..200 {
        let (results, states) = recorder.run(plan, &[w, x, y]).expect("a run");
        losses.push(recorder.read(results[0]).expect("a loss")[0]);
        recorder.ask(&Request::Free(results)).expect("free");
        w = states[0];
    }
    // y = 2·x₀ − x₁ exactly.
    assert_eq!(losses[0], (4.0 + 1.0 + 1.0 + 9.0) / 4.0);
    assert!(losses[199] < 1e-6, "{losses:?}");
    let w = recorder.read(w).expect("weights");
    assert!((w[0] - 2.0).abs() < 1e-3 && (w[1] + 1.0).abs() < 1e-3, "{w:?}");
    assert_eq!(recorder.host.live(), 3, "x, y and the weights");
}

#[test]
fn a_failed_run_gives_the_states_back() {
    let mut recorder = Recorder::new();
    let plan = recorder.register(&step(1, 1), 1, &[0]);
    let (w, x, y) = (recorder.write(&[3.0], &[1, 1]), recorder.write(&[f32::NAN], &[1, 1]), recorder.write(&[0.0], &[1, 1]));
    let (results, states) = recorder.run(plan, &[w, x, y]).expect("a run starts");
    assert_eq!(recorder.read(results[0]).expect_err("the guard fails").code, Code::Numeric);
    assert_eq!(recorder.read(states[0]).expect("the old state"), [3.0]);
    assert_eq!(recorder.read(w).expect_err("it was taken").code, Code::Option);
}

#[test]
fn several_runs_may_be_under_way_before_anything_is_read() {
    let mut recorder = Recorder::new();
    let n = 700;
    let mut graph = Graph::new();
    let a = graph.input(Type::new(DType::F32, Shape::of(&[n, n])));
    let mut b = graph.build();
    let half = b.scalar(0.5, DType::F32);
    let y = b.matmul(a, a, false, false).expect("matmul");
    let y = b.mul(y, half).expect("mul");
    graph.outputs = vec![y];
    let plan = recorder.register(&graph, 1, &[]);
    let mut identity = vec![0.0; n * n];
    (0..n).for_each(|i| identity[i * n + i] = 1.0);
    let mut at = recorder.write(&identity, &[n, n]);
    for _ in 0..3 {
        at = recorder.run(plan, &[at]).expect("a run").0[0];
    }
    // 1 → 1/2 → 1/8 → 1/128
    assert_eq!(recorder.read(at).expect("values")[n + 1], 1.0 / 128.0);
}

#[test]
fn what_is_wrong_is_answered_as_an_error_and_the_host_goes_on() {
    let mut recorder = Recorder::new();
    let (sender, receiver) = channel();
    recorder.host.serve(&[250, 1, 2], move |bytes| sender.send(bytes).expect("waits"));
    let reply = Reply::from_bytes(&receiver.recv().expect("an answer")).expect("a reply");
    assert_eq!(reply.ok().expect_err("no request").code, Code::Format);
    let code = |r: Result<Reply>| r.map_err(|e: Error| e.code);
    assert_eq!(code(recorder.ask(&Request::Read(99))), Err(Code::Option));
    assert_eq!(code(recorder.ask(&Request::Run { plan: 7, bindings: vec![] })), Err(Code::Option));
    assert_eq!(code(recorder.ask(&Request::Register { plan: vec![1, 2, 3], results: 1, states: vec![] })), Err(Code::Format));
    let plan = step(1, 1);
    let plan = Plan::new(&plan, 1, &Passes::default(), &|_| true).expect("a plan").to_bytes().expect("bytes");
    assert_eq!(code(recorder.ask(&Request::Register { plan, results: 2, states: vec![0] })), Err(Code::Format));
    let plan = recorder.register(&step(1, 1), 1, &[0]);
    let w = recorder.write(&[3.0], &[1, 1]);
    assert_eq!(code(recorder.ask(&Request::Run { plan, bindings: vec![w] })), Err(Code::Option));
    assert_eq!(code(recorder.ask(&Request::Run { plan, bindings: vec![w, w, w] })), Err(Code::Option));
    assert_eq!(recorder.read(w).expect("it is still there"), [3.0]);
    recorder.ask(&Request::Forget(plan)).expect("forgotten");
    assert_eq!(code(recorder.ask(&Request::Run { plan, bindings: vec![w, w, w] })), Err(Code::Option));
}

#[test]
fn a_dropped_host_cancels_what_it_queued() {
    let engine = Arc::new(Engine::new(1));
    let mut recorder = Recorder { host: Host::new(engine.clone()), supports: vec![true; ops::OPS.len()] };
    let n = 900;
    let mut graph = Graph::new();
    let a = graph.input(Type::new(DType::F32, Shape::of(&[n, n])));
    let y = graph.build().matmul(a, a, false, false).expect("matmul");
    graph.outputs = vec![y];
    let plan = recorder.register(&graph, 1, &[]);
    let mut at = recorder.write(&vec![0.0; n * n], &[n, n]);
    for _ in 0..50 {
        at = recorder.run(plan, &[at]).expect("a run").0[0];
    }
    let (sender, receiver) = channel();
    recorder.host.call(Request::Read(at), Box::new(move |reply| sender.send(reply).expect("waits")));
    drop(recorder);
    let reply = receiver.recv().expect("an answer all the same");
    assert_eq!(reply.ok().expect_err("cancelled").code, Code::Internal);
    assert!(engine.idle() || receiver.try_recv().is_err());
}
