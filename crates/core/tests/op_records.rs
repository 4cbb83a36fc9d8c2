//! Every op record against itself, on its own samples: refusals, composites, gradient rules, symbolic sizes.

use talray_core::graph::{Graph, OpId, complete};
use talray_core::op::SampleInput;
use talray_core::vjp::{Grad, VjpCx};
use talray_core::{AttrsRef, Code, Dim, Lower, Sample, Shape, Type, Value, Vjp, ops};

fn applied(graph: &mut Graph, id: OpId, sample: &Sample, ty: impl Fn(&SampleInput) -> Type) -> talray_core::Result<Vec<Value>> {
    let inputs: Vec<_> = sample.inputs.iter().map(|x| x.as_ref().map(|x| graph.input(ty(x)))).collect();
    Ok(graph.apply(id, &inputs, complete(id, &sample.attrs)?, &[])?.to_vec())
}

fn known(x: &SampleInput) -> Type {
    Type::new(x.dtype, Shape::of(&x.shape))
}

/// Sizes above 1 as symbols, one for each distinct size.
fn symbolic(x: &SampleInput) -> Type {
    let dim = |n: &usize| if *n > 1 { Dim::sym(*n as u32) } else { Dim::Known(*n) };
    Type::new(x.dtype, x.shape.iter().map(dim).collect())
}

fn each_sample(mut check: impl FnMut(OpId, &Sample, &str)) {
    for (i, op) in ops::OPS.iter().enumerate() {
        if matches!(op.lower, Lower::Control) {
            continue;
        }
        for (n, sample) in (op.samples)().iter().enumerate() {
            check(OpId(i as u16), sample, &format!("{}, sample {n}", op.name));
        }
    }
}

#[test]
fn samples_are_accepted_or_refused_as_they_say() {
    each_sample(|id, sample, what| {
        let result = applied(&mut Graph::new(), id, sample, known);
        match (result, sample.refuses) {
            (Ok(_), None) => {}
            // What a kernel refuses (an index out of range) is accepted while recording.
            (Ok(_), Some(code)) => assert_eq!(code, Code::Shape, "{what}: not refused"),
            (Err(e), Some(code)) => assert_eq!(e.code, code, "{what}: {e}"),
            (Err(e), None) => panic!("{what}: {e}"),
        }
    });
}

#[test]
fn composites_give_what_their_op_infers() {
    each_sample(|id, sample, what| {
        let Lower::Composite(compose) = id.def().lower else { return };
        let mut graph = Graph::new();
        let Ok(outputs) = applied(&mut graph, id, sample, known) else { return };
        let node = graph.node(outputs[0]).clone();
        let attrs = AttrsRef { op: id.def(), values: &node.attrs };
        let inner = compose(&mut graph.build(), &node.inputs, attrs).unwrap_or_else(|e| panic!("{what}: {e}"));
        assert_eq!(inner.len(), outputs.len(), "{what}");
        let mut pairs = Vec::new();
        for (a, b) in inner.iter().zip(&outputs) {
            let (a, b) = (graph.ty(*a), graph.ty(*b));
            assert!(a.dtype == b.dtype && a.shape.rank() == b.shape.rank(), "{what}: {a} is not {b}");
            for (a, b) in a.shape.dims().iter().zip(b.shape.dims()) {
                // A size that the values decide is a symbol of its own on either side, the same one wherever it stands.
                match (a.symbol(), b.symbol()) {
                    (Some(a), Some(b)) => pairs.push((a, b)),
                    _ => assert_eq!(a, b, "{what}"),
                }
            }
        }
        assert!(pairs.iter().all(|(a, b)| pairs.iter().all(|(c, d)| (a == c) == (b == d))), "{what}: sizes differ: {pairs:?}");
    });
}

#[test]
fn gradient_rules_give_gradients_of_their_inputs_types() {
    each_sample(|id, sample, what| {
        let Vjp::Rule(rule) = id.def().vjp else { return };
        let float = |x: &Option<SampleInput>| x.as_ref().is_some_and(|x| x.dtype.is_float());
        if !sample.check_grad || !sample.inputs.iter().any(float) {
            return;
        }
        for ty in [known, symbolic] {
            let mut graph = Graph::new();
            let Ok(outputs) = applied(&mut graph, id, sample, ty) else { return };
            let node = graph.node(outputs[0]).clone();
            let types: Vec<Type> = outputs.iter().map(|v| graph.ty(*v).clone()).collect();
            let cotangents: Vec<_> = types.into_iter().map(|t| Some(graph.input(t))).collect();
            let wants = vec![true; node.inputs.len()];
            let mut builder = graph.build();
            let mut cx = VjpCx {
                builder: &mut builder,
                inputs: &node.inputs,
                outputs: &outputs,
                cotangents: &cotangents,
                wants: &wants,
                regions: &[],
                attrs: AttrsRef { op: id.def(), values: &node.attrs },
            };
            let grads = match rule(&mut cx) {
                Ok(grads) => grads,
                Err(e) if e.code == Code::Unsupported => continue,
                Err(e) => panic!("{what}: {e}"),
            };
            let symbols: Vec<_> = (0..64).map(Some).collect();
            for (x, g) in node.inputs.iter().zip(grads) {
                let (Some(x), Some(g)) = (x, g) else { continue };
                let x = graph.ty(*x).clone();
                let (dtype, shape, want) = match g {
                    Grad::Dense(v) => (graph.ty(v).dtype, graph.ty(v).shape.clone(), x.shape.clone()),
                    Grad::Rows(r) => {
                        let rows = &graph.ty(r.rows).shape;
                        (graph.ty(r.rows).dtype, Shape(rows.dims()[1..].into()), Shape(x.shape.dims()[1..].into()))
                    }
                };
                assert_eq!(dtype, x.dtype, "{what}");
                assert_eq!(shape.eval(&symbols), want.eval(&symbols), "{what}: {shape} and {want}");
            }
        }
    });
}

#[test]
fn symbolic_sizes_bind_to_what_known_sizes_give() {
    each_sample(|id, sample, what| {
        let (mut graph, mut open) = (Graph { symbols: 64, ..Graph::new() }, Graph { symbols: 64, ..Graph::new() });
        let (Ok(a), Ok(b)) = (applied(&mut graph, id, sample, known), applied(&mut open, id, sample, symbolic)) else { return };
        if sample.refuses.is_some() {
            return;
        }
        let symbols: Vec<_> = (0..80).map(Some).collect();
        for (a, b) in a.iter().zip(&b) {
            let (a, b) = (graph.ty(*a), open.ty(*b));
            assert_eq!(a.shape.eval(&symbols), b.shape.eval(&symbols), "{what}: {} and {}", a.shape, b.shape);
        }
        for (x, y) in &open.equal {
            assert_eq!(x.eval(&symbols), y.eval(&symbols), "{what}: {x} = {y}");
        }
    });
}
