//! Gradients: against central differences in f64, and finite wherever the function is smooth.

use crate::cases::{apply, attrs, dtypes, ops, points};
use talray_core::autodiff::elementwise::gradients;
use talray_core::expr::eval::{Scalar, eval};
use talray_core::expr::{Expr, op_exprs};
use talray_core::{AttrsRef, DType, Graph, Value, Vjp};

/// Ops whose gradient is mathematically infinite (or has no value) at a point where the op is finite.
const INFINITE: &[(&str, &str)] = &[
    ("sqrt", "1 / (2 sqrt(x)) at 0"),
    ("cbrt", "x^(-2/3) / 3 near 0"),
    ("asin", "1 / sqrt(1 - x²) at ±1"),
    ("acos", "1 / sqrt(1 - x²) at ±1"),
    ("acosh", "1 / sqrt(x² - 1) at 1"),
    ("log", "1 / x at subnormal x passes the greatest f32"),
    ("log2", "1 / x at subnormal x passes the greatest f32"),
    ("log10", "1 / x at subnormal x passes the greatest f32"),
    ("xlogy", "a / b at subnormal b, and log b at 0, pass the greatest f32"),
    ("xdivy", "1 / b at subnormal b and a / b² at small b pass the greatest f32"),
    ("div", "1 / b at subnormal b and a / b² at small b pass the greatest f32"),
    ("div_no_nan", "1 / b at subnormal b and a / b² at small b pass the greatest f32"),
    ("fmod", "the quotient at small b passes the greatest f32"),
    ("remainder", "the quotient at small b passes the greatest f32"),
    ("reciprocal", "1 / x² at small x passes the greatest f32"),
    ("rsqrt", "x^(-3/2) / 2 at small x passes the greatest f32"),
    ("atan2", "1 / radius near the origin passes the greatest f32"),
    ("pow", "b a^(b - 1) at a = 0 and b < 1"),
    ("float_power", "b a^(b - 1) at a = 0 and b < 1"),
    ("lgamma", "digamma at 0 and at subnormal x passes the greatest f32"),
    ("ldexp", "2^exponent at large exponents passes the greatest number"),
    ("frexp", "2^-exponent at subnormal x passes the greatest f32"),
    ("digamma", "trigamma near 0 passes the greatest f32"),
];

/// The gradients of an op on inputs of `dtype`, with its body: `None` where the op does not take it.
type Derived = (Vec<DType>, Vec<Expr>, Vec<Option<Expr>>);

fn derive(id: talray_core::graph::OpId, sample: &talray_core::Sample, float: DType) -> Derived {
    let def = id.def();
    let values = attrs(def, sample);
    let of = |d: DType| if d.is_float() { float } else { d };
    let types: Vec<_> = sample.inputs.iter().flatten().map(|i| (of(i.dtype), vec![])).collect();
    let mut g = Graph::new();
    let y = apply(&mut g, id, &types, &values).unwrap();
    let args = dtypes(&g, y);
    let cx = AttrsRef { op: def, values: &values };
    let body = op_exprs(cx, &args).unwrap();
    let grads = gradients(cx, &args).unwrap();
    (args, body, grads)
}

/// Inputs, then the outputs, then a cotangent for each output that is a float (0 for others).
fn row(point: &[f64], args: &[DType], body: &[Expr], dy: f64) -> Vec<Scalar> {
    let mut row: Vec<_> = point.iter().zip(args).map(|(x, d)| Scalar::new(*x, *d)).collect();
    let outputs: Vec<_> = body.iter().map(|y| eval(y, &row)).collect();
    row.extend(outputs);
    row.extend(body.iter().map(|y| Scalar::new(if y.dtype().is_float() { dy } else { 0.0 }, y.dtype())));
    row
}

/// The sum of the outputs that are floats.
fn sum(body: &[Expr], row: &[Scalar]) -> f64 {
    body.iter().filter(|y| y.dtype().is_float()).map(|y| eval(y, row).f64()).sum()
}

#[test]
fn every_gradient_agrees_with_central_differences() {
    let mut compared = 0;
    for (id, def) in ops() {
        for sample in (def.samples)().iter().filter(|s| s.refuses.is_none() && s.check_grad) {
            let (args, body, grads) = derive(id, sample, DType::F64);
            for point in points(sample) {
                for i in (0..args.len()).filter(|&i| args[i].is_float()) {
                    let got = grads[i].as_ref().map_or(0.0, |g| eval(g, &row(&point, &args, &body, 1.7)).f64());
                    let at = |h: f64| {
                        let mut p = point.clone();
                        p[i] += h;
                        sum(&body, &row(&p, &args, &body, 0.0))
                    };
                    let h = 1e-5;
                    let want = 1.7 * (at(h) - at(-h)) / (2.0 * h);
                    let close = (got - want).abs() <= 1e-6 * (1.0 + want.abs());
                    assert!(close, "{} input {i} at {point:?}: gradient {got}, differences {want}", def.name);
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 800);
}

#[test]
fn every_gradient_is_finite_where_the_op_is() {
    let grid =
        [0.0, -0.0, 1e-40, -1e-40, 1e-30, 0.5, 1.0, -1.0, 3.0, -2.5, 100.0, -100.0, 1e10, -1e10, 1e30, -1e30, 3.4e38, -3.4e38];
    for (id, def) in ops() {
        let excepted = INFINITE.iter().any(|(n, _)| *n == def.name);
        let mut wild = None;
        let samples = (def.samples)();
        let smooth = samples.iter().filter(|s| s.refuses.is_none() && s.check_grad);
        for (sample, dtype) in smooth.flat_map(|s| [(s, DType::F32), (s, DType::F16), (s, DType::F64)]) {
            let (args, body, grads) = derive(id, sample, dtype);
            let mut points: Vec<Vec<f64>> = vec![vec![]];
            for _ in &args {
                points = points.iter().flat_map(|p| grid.map(|x| [p.as_slice(), &[x]].concat())).collect();
            }
            for point in points {
                let row = row(&point, &args, &body, 1.0);
                if row[..args.len() + body.len()].iter().any(|v| !v.f64().is_finite()) {
                    continue;
                }
                for g in grads.iter().flatten() {
                    if !eval(g, &row).f64().is_finite() {
                        wild = Some((dtype, point.clone(), eval(g, &row), g.to_string()));
                    }
                }
            }
        }
        match wild {
            Some(w) if !excepted => panic!("{}: {w:?}", def.name),
            None if excepted => panic!("{} needs no exception", def.name),
            _ => {}
        }
    }
}

#[test]
fn second_derivatives_agree_with_central_differences() {
    for (id, def) in ops() {
        for sample in (def.samples)().iter().filter(|s| s.refuses.is_none() && s.check_grad) {
            let (args, body, grads) = derive(id, sample, DType::F64);
            // Of one input only, with the output spelled out so that it is derived too.
            let [Some(grad)] = grads.as_slice() else { continue };
            if args.len() != 1 || body.len() != 1 || !args[0].is_float() {
                continue;
            }
            let inner = |x: f64| eval(grad, &row(&[x], &args, &body, 1.0)).f64();
            let by_x = talray_core::expr::diff::derivative(grad, 0, DType::F64);
            let by_y = talray_core::expr::diff::derivative(grad, 1, DType::F64);
            for point in points(sample) {
                let x = point[0];
                let row = row(&[x], &args, &body, 1.0);
                let part = |e: &Option<Expr>| e.as_ref().map_or(0.0, |e| eval(e, &row).f64());
                let got = part(&by_x) + part(&by_y) * inner(x);
                let want = (inner(x + 1e-5) - inner(x - 1e-5)) / 2e-5;
                assert!((got - want).abs() <= 1e-5 * (1.0 + want.abs()), "{} at {x}: {got}, differences {want}", def.name);
            }
        }
    }
}

#[test]
fn ops_without_gradient_say_why() {
    for (_, def) in ops() {
        if let Vjp::None(why) = def.vjp {
            assert!(why.len() > 5, "{}", def.name);
        }
    }
}

#[test]
fn gradients_have_the_types_of_their_inputs_after_broadcasting() {
    for (id, def) in ops() {
        for sample in (def.samples)().iter().filter(|s| s.refuses.is_none()) {
            let values = attrs(def, sample);
            let types: Vec<_> = sample.inputs.iter().flatten().map(|i| (i.dtype, i.shape.clone())).collect();
            let mut g = Graph::new();
            let y = apply(&mut g, id, &types, &values).unwrap();
            let inputs: Vec<_> = g.node(y).inputs.iter().flatten().copied().collect();
            let types = g.node(y).types.clone();
            let outputs: Vec<_> = (0..types.len()).map(|out| Value { out: out as u16, ..y }).collect();
            let dys: Vec<_> = types.iter().map(|t| Some(g.input(t.clone()))).collect();
            let (cx, wants) = (AttrsRef { op: def, values: &values }, vec![true; inputs.len()]);
            let node = (inputs.as_slice(), outputs.as_slice());
            let grads = talray_core::autodiff::elementwise::vjp(&mut g.build(), cx, node, &dys, &wants).unwrap();
            for (x, grad) in inputs.iter().zip(&grads) {
                if let Some(grad) = grad {
                    assert_eq!(g.ty(*grad), g.ty(*x), "{}", def.name);
                }
            }
        }
    }
}
