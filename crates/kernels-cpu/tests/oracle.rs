//! Every elementwise op on every dtype it takes: the block evaluator at each SIMD level against
//! the plain evaluator of the core, at the samples' values and at special ones.

use std::collections::HashMap;
use talray_core::expr::eval::{self, Scalar};
use talray_core::expr::{Operand, Prim, Program, op_program};
use talray_core::graph::{OpId, encode};
use talray_core::op::{SampleData, SampleInput};
use talray_core::ops::OPS;
use talray_core::{Attrs, AttrsRef, DType, Graph, Lower, Sample, Shape, Type};
use talray_kernels_cpu::elementwise::{Evaluator, Source};
use talray_kernels_cpu::simd::{available_levels, set_level};
use talray_kernels_cpu::{Input, Pool};

const SPECIAL: [f64; 16] =
    [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 7.0, 100.0, -100.0, 1e-40, 1e30, -1e30, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];

fn values(input: &SampleInput) -> Vec<f64> {
    match &input.data {
        SampleData::Values(v) => v.clone(),
        SampleData::Range(lo, hi) => (0..23).map(|i| lo + (hi - lo) * f64::from((i * 7 + 3) % 23) / 23.0).collect(),
    }
}

/// Points that pair each special value with each, and the samples' values with each other.
fn columns(sample: &Sample) -> Vec<Vec<f64>> {
    let inputs: Vec<Vec<f64>> = sample.inputs.iter().flatten().map(values).collect();
    let n = SPECIAL.len();
    let special = |i: usize, k: usize| SPECIAL[if k == 0 { i % n } else { (i / n + k * i) % n }];
    let column = |(k, v): (usize, &Vec<f64>)| {
        (0..n * n).map(|i| special(i, k)).chain((0..69).map(|i| v[(i + 5 * k * (i / 23)) % v.len()])).collect()
    };
    inputs.iter().enumerate().map(column).collect()
}

/// The op's program on inputs that were `dtype` before promotion; `None` where it refuses them.
fn program(id: OpId, sample: &Sample, dtype: DType) -> Option<Program> {
    let def = id.def();
    let given: HashMap<_, _> = sample.attrs.iter().cloned().collect();
    let attrs: Attrs = def.attrs.iter().map(|a| given.get(a.name).cloned().unwrap_or_else(|| a.default_value())).collect();
    let mut g = Graph::new();
    let inputs: Vec<_> = sample.inputs.iter().flatten().map(|_| Some(g.input(Type::new(dtype, Shape::scalar())))).collect();
    let y = g.apply(id, &inputs, attrs.clone(), &[]).ok()?[0];
    let dtypes: Vec<DType> = g.node(y).inputs.iter().flatten().map(|v| g.ty(*v).dtype).collect();
    op_program(AttrsRef { op: def, values: &attrs }, &dtypes).ok()
}

fn decode(bytes: &[u8], dtype: DType) -> Scalar {
    let mut wide = [0; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    let bits = Scalar::Int(i128::from(u64::from_le_bytes(wide)));
    let unsigned = [DType::U8, DType::U16, DType::U32, DType::U64][bytes.len().trailing_zeros() as usize];
    if dtype == DType::Bool { bits } else { eval::apply(Prim::Bitcast, dtype, &[(bits, unsigned)]) }
}

/// What the primitives' stated errors can add up to in one op; none where all are exact.
fn tolerance(program: &Program, dtype: DType) -> f64 {
    if program.insts.iter().all(|i| i.prim.is_exact() || matches!(i.prim, Prim::Rem | Prim::Mod | Prim::FloorDiv)) {
        return 0.0;
    }
    16.0 * match dtype {
        DType::F32 => 2f64.powi(-23),
        DType::F64 => 2f64.powi(-52),
        DType::F16 => 2f64.powi(-10),
        _ => 2f64.powi(-7),
    }
}

/// The greatest magnitude among an instruction's floats: cancellation leaves errors of its size. The
/// plain evaluator has lgamma and digamma near their zeros only to an absolute error.
fn scale(program: &Program, row: &[Scalar]) -> f64 {
    let mut all = program.clone();
    all.outputs = (0..program.insts.len()).map(|i| (Operand::Inst(i as u16), program.insts[i].dtype)).collect();
    let parts = eval::run(&all, row).into_iter().filter_map(|v| match v {
        Scalar::Float(x) if x.is_finite() => Some(x.abs()),
        _ => None,
    });
    let gamma = program.insts.iter().any(|i| matches!(i.prim, Prim::Lgamma | Prim::Digamma));
    parts.fold(f64::from(u8::from(gamma)), f64::max)
}

fn agree(got: Scalar, want: Scalar, tolerance: f64, scale: impl Fn() -> f64) -> bool {
    match (got, want) {
        (Scalar::Float(a), Scalar::Float(b)) => {
            a.to_bits() == b.to_bits()
                || (a.is_nan() && b.is_nan())
                || (tolerance > 0.0 && ((a - b).abs() <= tolerance * b.abs() || (a - b).abs() <= tolerance * scale()))
        }
        (a, b) => a == b,
    }
}

#[test]
fn the_block_evaluator_agrees_with_the_plain_one() {
    let (mut compared, mut wrong) = (0usize, Vec::new());
    for level in available_levels() {
        set_level(level);
        for (n, def) in OPS.iter().enumerate().filter(|(_, d)| matches!(d.lower, Lower::Elementwise(_))) {
            for (s, sample) in (def.samples)().iter().enumerate().filter(|(_, s)| s.refuses.is_none()) {
                for dtype in DType::ALL {
                    let Some(program) = program(OpId(n as u16), sample, dtype) else { continue };
                    if let Some(w) = check(&program, sample, &mut compared) {
                        wrong.push(format!("{} sample {s} of {dtype} on {}: {w}", def.name, level.name()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of them\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 500_000, "{compared}");
}

/// The first point where they differ.
fn check(program: &Program, sample: &Sample, compared: &mut usize) -> Option<String> {
    let columns = columns(sample);
    let len = columns[0].len();
    let shape = [len];
    let bytes: Vec<Vec<u8>> = columns.iter().zip(&program.inputs).map(|(c, d)| encode(c, *d)).collect();
    let owned: Vec<(Vec<u8>, DType)> = bytes.into_iter().zip(program.inputs.iter().copied()).collect();
    let sources: Vec<_> =
        owned.iter().map(|(b, d)| Source::View(Input { dtype: *d, shape: &shape, strides: &[1], offset: 0, bytes: b })).collect();
    let mut outs: Vec<Vec<u8>> = program.outputs.iter().map(|(_, dtype)| vec![0xa5; len * dtype.size()]).collect();
    let mut given: Vec<&mut [u8]> = outs.iter_mut().map(Vec::as_mut_slice).collect();
    if let Err(e) = Evaluator::new(program).and_then(|e| e.run(&shape, &sources, &mut given, &Pool::serial())) {
        return Some(e.to_string());
    }
    for i in 0..len {
        let element = |(b, d): &(Vec<u8>, DType)| decode(&b[i * d.size()..(i + 1) * d.size()], *d);
        let row: Vec<Scalar> = owned.iter().map(element).collect();
        for ((out, (_, dtype)), want) in outs.iter().zip(&program.outputs).zip(eval::run(program, &row)) {
            let got = decode(&out[i * dtype.size()..(i + 1) * dtype.size()], *dtype);
            *compared += 1;
            if !agree(got, want, tolerance(program, *dtype), || scale(program, &row)) {
                return Some(format!("{row:?} gave {got:?}, not {want:?}"));
            }
        }
    }
    None
}
