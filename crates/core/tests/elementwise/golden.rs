//! The plain evaluator on every elementwise op against the golden cases of independent programs.

use crate::cases::{apply, dtypes, ops};
use serde_json::Value as Json;
use talray_core::expr::eval::{Scalar, eval};
use talray_core::expr::op_exprs;
use talray_core::op::AttrKind;
use talray_core::{AttrValue, Attrs, AttrsRef, DType, Graph, OpDef};

fn dtype(name: &str) -> DType {
    DType::ALL.into_iter().find(|d| d.name() == name).unwrap_or_else(|| panic!("dtype {name}"))
}

fn scalar(x: &Json, d: DType) -> Scalar {
    let float = |x: f64| Scalar::new(x, d);
    match x {
        Json::Bool(b) => float(f64::from(u8::from(*b))),
        Json::String(s) => match s.parse::<i128>() {
            Ok(n) if !d.is_float() => Scalar::Int(n),
            _ => float(s.parse().unwrap()),
        },
        Json::Number(n) if !d.is_float() && (n.is_i64() || n.is_u64()) => {
            Scalar::Int(n.as_i64().map_or_else(|| i128::from(n.as_u64().unwrap()), i128::from))
        }
        Json::Number(n) => float(n.as_f64().unwrap()),
        _ => panic!("value {x}"),
    }
}

fn attr(kind: AttrKind, x: &Json) -> AttrValue {
    match kind {
        AttrKind::F64 => AttrValue::F64(scalar(x, DType::F64).f64()),
        AttrKind::I64 => AttrValue::I64(x.as_i64().unwrap()),
        AttrKind::Bool => AttrValue::Bool(x.as_bool().unwrap()),
        AttrKind::DType => AttrValue::DType(dtype(x.as_str().unwrap())),
        _ => panic!("attribute kind {kind:?}"),
    }
}

fn attrs(def: &OpDef, given: &Json) -> Attrs {
    for name in given.as_object().unwrap().keys() {
        assert!(def.attrs.iter().any(|a| a.name == name), "{} has no attribute {name}", def.name);
    }
    def.attrs
        .iter()
        .map(|a| match given.get(a.name) {
            None | Some(Json::Null) => a.default_value(),
            Some(x) => attr(a.kind, x),
        })
        .collect()
}

struct Tensor {
    dtype: DType,
    shape: Vec<usize>,
    data: Vec<Scalar>,
}

fn tensor(x: &Json) -> Tensor {
    let dtype = dtype(x["dtype"].as_str().unwrap());
    let shape = x["shape"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect();
    Tensor { dtype, shape, data: x["data"].as_array().unwrap().iter().map(|v| scalar(v, dtype)).collect() }
}

impl Tensor {
    /// The element that position `at` of an output of shape `out` reads.
    fn broadcast(&self, mut at: usize, out: &[usize]) -> Scalar {
        let (mut offset, mut stride) = (0, 1);
        for (i, n) in out.iter().enumerate().rev() {
            let index = at % n;
            at /= n;
            let Some(j) = (i + self.shape.len()).checked_sub(out.len()) else { break };
            offset += if self.shape[j] == 1 { 0 } else { index * stride };
            stride *= self.shape[j];
        }
        self.data[offset]
    }
}

#[test]
fn every_op_agrees_with_independent_programs() {
    let (mut compared, mut wrong, mut missing) = (0, Vec::new(), Vec::new());
    for (id, def) in ops() {
        let path = format!("{}/../../tests/golden/{}.json", env!("CARGO_MANIFEST_DIR"), def.name);
        let Ok(text) = std::fs::read_to_string(path) else {
            missing.push(def.name);
            continue;
        };
        let file: Json = serde_json::from_str(&text).unwrap();
        for (n, case) in file["cases"].as_array().unwrap().iter().enumerate() {
            let values = attrs(def, &case["attrs"]);
            let inputs: Vec<Tensor> = case["inputs"].as_array().unwrap().iter().map(tensor).collect();
            let wanted: Vec<Tensor> = case["outputs"].as_array().unwrap().iter().map(tensor).collect();
            let types: Vec<_> = inputs.iter().map(|t| (t.dtype, t.shape.clone())).collect();
            let mut g = Graph::new();
            let y = apply(&mut g, id, &types, &values).unwrap();
            for (ty, want) in g.node(y).types.iter().zip(&wanted) {
                assert_eq!((ty.dtype, ty.shape.known().unwrap().to_vec()), (want.dtype, want.shape.clone()), "{}", def.name);
            }
            let promoted = dtypes(&g, y);
            let body = op_exprs(AttrsRef { op: def, values: &values }, &promoted).unwrap();
            let (rtol, atol) = (case["rtol"].as_f64().unwrap_or(0.0), case["atol"].as_f64().unwrap_or(0.0));
            let bits = case["bits"].as_bool() == Some(true);
            let values_of =
                wanted.iter().zip(&body).flat_map(|(want, e)| want.data.iter().enumerate().map(move |(at, w)| (want, e, at, w)));
            for (want, e, at, w) in values_of {
                let row: Vec<_> = inputs
                    .iter()
                    .zip(&promoted)
                    .map(|(t, d)| {
                        talray_core::expr::eval::apply(
                            talray_core::expr::Prim::Cast,
                            *d,
                            &[(t.broadcast(at, &want.shape), t.dtype)],
                        )
                    })
                    .collect();
                let got = eval(e, &row);
                let close = match (got, *w) {
                    (Scalar::Float(a), Scalar::Float(b)) => {
                        (a == b && (!bits || a.is_sign_negative() == b.is_sign_negative()))
                            || (a.is_nan() && b.is_nan())
                            || (a != b && (a - b).abs() <= atol + rtol * b.abs() && b.is_finite())
                    }
                    (a, b) => a == b,
                };
                if !close {
                    wrong.push(format!(
                        "{} case {n} {}: {row:?} gave {got:?}, not {w:?}",
                        def.name,
                        values.iter().map(|v| format!("{v:?}")).collect::<Vec<_>>().join(",")
                    ));
                    break;
                }
                compared += 1;
            }
        }
    }
    println!("{compared} values compared; without golden cases: {missing:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 5000);
}
