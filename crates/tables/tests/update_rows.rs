//! The op `update_rows` through a plan: against plain loops, in place, and its refusals.

use std::sync::Arc;
use talray_core::backend::{Backend, Tensor};
use talray_core::exec::Run;
use talray_core::graph::Graph;
use talray_core::passes::Passes;
use talray_core::plan::Plan;
use talray_core::{Code, DType, Error, Region, Shape, Type, Value};
use talray_kernels_cpu::Cpu;
use talray_kernels_cpu::memory::Buffer;

type T = Tensor<Buffer>;

fn tensor(cpu: &Cpu, shape: &[usize], data: &[f32]) -> T {
    cpu.upload(&data.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>(), DType::F32, shape).unwrap()
}

fn ids(cpu: &Cpu, data: &[i32]) -> T {
    cpu.upload(&data.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>(), DType::I32, &[data.len()]).unwrap()
}

fn numbers(t: &T) -> Vec<f32> {
    t.buffer.bytes().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

/// `sum += g²; seen += 1; param -= rate · g / √sum`, on scalars.
fn rule() -> Region {
    let mut g = Graph::new();
    let scalar = || Type::new(DType::F32, Shape::scalar());
    let [param, grad, sum, seen, rate] = [(); 5].map(|()| g.input(scalar()));
    let mut b = g.build();
    let op = |b: &mut talray_core::Builder<'_>, name: &str, x: &[Value]| b.op(name, x, &[]).unwrap();
    let square = op(&mut b, "mul", &[grad, grad]);
    let sum = op(&mut b, "add", &[sum, square]);
    let root = op(&mut b, "sqrt", &[sum]);
    let step = op(&mut b, "mul", &[grad, rate]);
    let step = op(&mut b, "div", &[step, root]);
    let param = op(&mut b, "sub", &[param, step]);
    let one = b.full_like(1.0, seen).unwrap();
    let seen = op(&mut b, "add", &[seen, one]);
    g.outputs = vec![param, sum, seen];
    Arc::new(g)
}

fn plan(cpu: &Cpu, rows: usize, n: usize, width: usize, every: bool) -> Result<Arc<Plan>, Error> {
    let mut g = Graph::new();
    let f32s = |s: &[usize]| Type::new(DType::F32, Shape::of(s));
    let param = g.input(f32s(&[rows, width]));
    let at = g.input(Type::new(DType::I32, Shape::of(&[n])));
    let grads = g.input(f32s(&[n, width]));
    let state = [g.input(f32s(&[rows, width])), g.input(f32s(&[rows])), g.input(f32s(&[]))];
    let [sum, seen, rate] = state;
    let inputs = [param, sum, seen, at, grads, rate].map(Some);
    let attrs = [("fields", 3i64.into()), ("every", every.into())];
    g.outputs = g.build().apply_all("update_rows", &inputs, &attrs, &[rule()])?.to_vec();
    Ok(Arc::new(Plan::new(&g, 0, &Passes::default(), &|op| cpu.supports(op))?))
}

#[test]
fn rows_are_updated_by_the_recorded_rule() {
    let cpu = Cpu::new();
    let (rows, width) = (300, 5);
    let at: Vec<i32> = (0..200).map(|i| i * i % 97).collect();
    let grads: Vec<f32> = (0..200 * width).map(|i| (i as f32).sin()).collect();
    for every in [false, true] {
        let plan = plan(&cpu, rows, 200, width, every).unwrap();
        let mut param: Vec<f32> = (0..rows * width).map(|i| (i as f32).cos()).collect();
        let (mut sum, mut seen) = (vec![0.1f32; rows * width], vec![0.0f32; rows]);
        let inputs = vec![
            tensor(&cpu, &[rows, width], &param),
            ids(&cpu, &at),
            tensor(&cpu, &[200, width], &grads),
            tensor(&cpu, &[rows, width], &sum),
            tensor(&cpu, &[rows], &seen),
            tensor(&cpu, &[], &[0.5]),
        ];
        for (row, seen) in seen.iter_mut().enumerate() {
            let mine: Vec<usize> = (0..at.len()).filter(|i| at[*i] as usize == row).collect();
            if mine.is_empty() && !every {
                continue;
            }
            *seen += 1.0;
            for j in 0..width {
                let g = mine.iter().map(|i| grads[i * width + j]).reduce(|a, b| a + b).unwrap_or(0.0);
                sum[row * width + j] += g * g;
                param[row * width + j] -= g * 0.5 / sum[row * width + j].sqrt();
            }
        }
        let addresses: Vec<usize> = inputs.iter().map(|t| t.buffer.address()).collect();
        let results = Run::new(plan, inputs).unwrap().finish(&cpu).unwrap();
        assert_eq!(numbers(&results[0]), param);
        assert_eq!(numbers(&results[1]), sum);
        assert_eq!(numbers(&results[2]), seen);
        let got: Vec<usize> = results.iter().map(|t| t.buffer.address()).collect();
        assert_eq!(got, [addresses[0], addresses[3], addresses[4]], "nobody else holds the buffers");
    }
}

#[test]
fn buffers_that_others_hold_stay_as_they_are() {
    let cpu = Cpu::new();
    let plan = plan(&cpu, 4, 1, 2, false).unwrap();
    let param = tensor(&cpu, &[4, 2], &[1.0; 8]);
    let inputs = vec![
        param.clone(),
        ids(&cpu, &[2]),
        tensor(&cpu, &[1, 2], &[1.0, 2.0]),
        tensor(&cpu, &[4, 2], &[0.0; 8]),
        tensor(&cpu, &[4], &[0.0; 4]),
        tensor(&cpu, &[], &[0.25]),
    ];
    let results = Run::new(plan, inputs).unwrap().finish(&cpu).unwrap();
    assert_eq!(numbers(&param), [1.0; 8]);
    assert_eq!(numbers(&results[0]), [1.0, 1.0, 1.0, 1.0, 0.75, 0.75, 1.0, 1.0]);
}

#[test]
fn bad_ids_and_shapes_are_refused() {
    let cpu = Cpu::new();
    for bad in [-1, 4] {
        let inputs = vec![
            tensor(&cpu, &[4, 2], &[1.0; 8]),
            ids(&cpu, &[0, bad]),
            tensor(&cpu, &[2, 2], &[1.0; 4]),
            tensor(&cpu, &[4, 2], &[0.0; 8]),
            tensor(&cpu, &[4], &[0.0; 4]),
            tensor(&cpu, &[], &[0.25]),
        ];
        let e = Run::new(plan(&cpu, 4, 2, 2, false).unwrap(), inputs).unwrap().finish(&cpu).err().unwrap();
        assert!(
            e.code == Code::Option && e.op.as_deref() == Some("update_rows") && e.message.contains(&format!("id {bad}")),
            "{e:?}"
        );
    }
}
