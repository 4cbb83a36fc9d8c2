//! Records: dtypes, refusals, names, and one op for each primitive.

use crate::cases::{apply, attrs, data, dtypes, evaluate, ops, points, same};
use std::collections::BTreeSet;
use talray_core::expr::eval::{self, Scalar};
use talray_core::expr::{Prim, op_exprs, op_program, to_graph};
use talray_core::{AttrsRef, Code, DType, Graph, Shape, Type};

#[test]
fn the_inferred_dtype_is_the_bodys_for_every_accepted_dtype() {
    let mut accepted = 0;
    for (id, def) in ops() {
        for sample in (def.samples)().iter().filter(|s| s.refuses.is_none()) {
            for dtype in DType::ALL {
                let values = attrs(def, sample);
                let types: Vec<_> = sample.inputs.iter().flatten().map(|i| (dtype, i.shape.clone())).collect();
                let mut g = Graph::new();
                match apply(&mut g, id, &types, &values) {
                    Ok(y) => {
                        let body = op_exprs(AttrsRef { op: def, values: &values }, &dtypes(&g, y)).unwrap();
                        assert_eq!(body[0].dtype(), g.ty(y).dtype, "{} of {dtype}", def.name);
                        accepted += 1;
                    }
                    Err(e) => assert!(matches!(e.code, Code::Dtype | Code::Option), "{} of {dtype}: {e}", def.name),
                }
            }
        }
    }
    assert!(accepted > 2000);
}

#[test]
fn refused_samples_are_refused_with_their_code() {
    for (id, def) in ops() {
        for sample in (def.samples)() {
            let types: Vec<_> = sample.inputs.iter().flatten().map(|i| (i.dtype, i.shape.clone())).collect();
            let result = apply(&mut Graph::new(), id, &types, &attrs(def, &sample));
            assert_eq!(result.as_ref().err().map(|e| e.code), sample.refuses, "{}: {result:?}", def.name);
            if let Err(e) = result {
                assert_eq!(e.op.as_deref(), Some(def.name));
            }
        }
    }
}

#[test]
fn samples_have_as_many_values_as_their_shapes() {
    for (_, def) in ops() {
        for input in (def.samples)().iter().flat_map(|s| s.inputs.iter().flatten()) {
            assert_eq!(data(input).len(), input.shape.iter().product::<usize>(), "{}", def.name);
        }
    }
}

#[test]
fn each_primitive_is_exactly_one_op() {
    let declared: BTreeSet<_> = Prim::ALL.iter().map(|p| format!("{p:?}")).collect();
    assert_eq!(declared.len(), Prim::ALL.len());
    for prim in Prim::ALL {
        for dtype in [DType::F32, DType::I32, DType::Bool] {
            let id = talray_core::ops::find(prim.op(dtype)).unwrap_or_else(|| panic!("no op {}", prim.op(dtype)));
            let bits = matches!(prim, Prim::And | Prim::Or | Prim::Xor | Prim::Not | Prim::Shl | Prim::Shr);
            let fits = match dtype {
                DType::F32 => !bits,
                DType::I32 => bits || prim == Prim::Div,
                _ => bits && !matches!(prim, Prim::Shl | Prim::Shr),
            };
            if !fits {
                continue;
            }
            let def = id.def();
            let values = def.attrs.iter().map(|a| match prim {
                Prim::Cast => DType::F64.into(),
                Prim::Bitcast => DType::I32.into(),
                _ => a.default_value(),
            });
            let values: Vec<_> = values.collect();
            let mut args = vec![dtype; prim.arity()];
            if prim == Prim::Select {
                args[0] = DType::Bool;
            }
            let program = op_program(AttrsRef { op: def, values: &values }, &args).unwrap();
            let found: Vec<_> = program.insts.iter().map(|i| i.prim).collect();
            assert_eq!(found, [prim], "{}", def.name);
        }
    }
}

#[test]
fn each_file_is_listed() {
    let listed: BTreeSet<_> = talray_core::ops::OPS.iter().map(|d| d.name.to_string()).collect();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/ops/elementwise");
    for file in std::fs::read_dir(folder).unwrap() {
        let name = file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
        assert!(name == "mod" || listed.contains(&name), "{name}.rs is not in the list of ops");
    }
}

#[test]
fn ops_of_an_expression_give_what_the_expression_gives() {
    for (id, def) in ops() {
        for sample in (def.samples)().iter().filter(|s| s.refuses.is_none()) {
            let values = attrs(def, sample);
            let types: Vec<_> = sample.inputs.iter().flatten().map(|i| (i.dtype, vec![])).collect();
            let mut g = Graph::new();
            let y = apply(&mut g, id, &types, &values).unwrap();
            let args = dtypes(&g, y);
            let attrs = AttrsRef { op: def, values: &values };
            let body = op_exprs(attrs, &args).unwrap();
            let mut g = Graph::new();
            let inputs: Vec<_> = args.iter().map(|d| g.input(Type::new(*d, Shape::scalar()))).collect();
            let outs = to_graph(&mut g.build(), &body, &inputs).unwrap();
            let program = op_program(attrs, &args).unwrap();
            for point in points(sample) {
                let point: Vec<_> = point.iter().zip(&args).map(|(x, d)| Scalar::new(*x, *d)).collect();
                let want = eval::eval(&body[0], &point);
                assert!(same(evaluate(&g, outs[0], &point), want), "{} as ops at {point:?}", def.name);
                assert!(same(eval::run(&program, &point)[0], want), "{} as a program at {point:?}", def.name);
            }
        }
    }
}
