//! Passes change how a graph runs and never what it gives: random graphs run with each switch on and off, to the bit.

use proptest::prelude::*;
use std::sync::Arc;
use talray_core::backend::{Backend, Tensor};
use talray_core::exec::Run;
use talray_core::graph::{Graph, Literal, Value, encode};
use talray_core::passes::Passes;
use talray_core::plan::Plan;
use talray_core::{AttrValue, DType, Dim, Shape, Type};
use talray_kernels_cpu::memory::Buffer;
use talray_kernels_cpu::{Cpu, Implementation};

/// Shapes of the graph's inputs.
const INPUTS: [&[usize]; 6] = [&[4, 6], &[6], &[4, 1], &[], &[6, 5], &[2, 4, 6]];

/// One op of a random graph: what, and the numbers of its operands.
type Step = (u8, u8, u8, u8);

fn scalar(g: &mut Graph, x: f64, dtype: DType) -> Value {
    g.constant(Literal::scalar(x, dtype))
}

/// Most elements of a value of a random graph.
const MOST: usize = 1 << 14;

/// The graph of these steps; steps whose operands do not fit, or whose result is too large, are left out.
fn graph(steps: &[Step], dtype: DType) -> Graph {
    let mut g = Graph::new();
    let mut values: Vec<Value> = INPUTS.iter().map(|s| g.input(Type::new(dtype, Shape::of(s)))).collect();
    for x in [1.0, -0.0, 0.0, 2.0, 3.0] {
        let c = scalar(&mut g, x, dtype);
        values.push(c);
    }
    let first = values.len();
    for &(what, a, b, option) in steps {
        // Late values are taken more often, so that chains grow.
        let pick = |n: u8| values[values.len() - 1 - usize::from(n) % values.len().min(12)];
        let (a, b) = (pick(a), pick(b));
        let rank = g.ty(a).shape.rank();
        let axis = AttrValue::I64s([i64::from(option) % rank.max(1) as i64].as_slice().into());
        let keep = AttrValue::Bool(option % 2 == 0);
        let unary = ["neg", "exp", "tanh", "square", "abs", "relu", "identity", "sigmoid"];
        let binary = ["add", "mul", "sub", "div", "maximum", "matmul"];
        let reductions = ["sum", "mean", "max", "prod", "min"];
        let before = g.clone();
        let mut build = g.build();
        let made = match what % 16 {
            0..=3 => build.op(unary[usize::from(option) % unary.len()], &[a], &[]),
            4..=8 => build.op(binary[usize::from(option) % binary.len()], &[a, b], &[]),
            9 | 10 if rank > 0 => {
                build.op(reductions[usize::from(what ^ option) % 5], &[a], &[("axis", axis), ("keepdims", keep)])
            }
            11 => build.op("transpose", &[a], &[]),
            12 => build.op("expand_dims", &[a], &[("axis", 0i64.into())]),
            13 => {
                let size: Dim = build.shape(a).size();
                build.reshape(a, &Shape([size].as_slice().into()))
            }
            14 => {
                let to = build.shape(b);
                build.broadcast_to(a, &to)
            }
            _ => build.op("matmul", &[a, b], &[("transpose_b", keep)]),
        };
        let small = |v: &Value| g.ty(*v).shape.size().known().is_some_and(|n| n <= MOST);
        match made.ok().filter(small) {
            Some(v) => values.push(v),
            None => g = before,
        }
    }
    let ends = values.len().saturating_sub(4).max(first.min(values.len() - 1));
    g.outputs = values[ends..].to_vec();
    g
}

fn numbers(n: usize, seed: usize, special: bool) -> Vec<f64> {
    let x = |i: usize| ((i + 1 + 31 * seed) as f64 * 0.754_877_666_246_692_7).fract() * 4.0 - 2.0;
    let odd = [f64::NAN, -0.0, 0.0, f64::INFINITY, -1.0];
    (0..n).map(|i| if special && (i + seed).is_multiple_of(5) { odd[i / 5 % odd.len()] } else { x(i) }).collect()
}

fn uploaded(cpu: &Cpu, shape: &[usize], dtype: DType, seed: usize, special: bool) -> Tensor<Buffer> {
    let values = numbers(shape.iter().product(), seed, special);
    cpu.upload(&encode(&values, dtype), dtype, shape).expect("uploaded")
}

/// Bits of the outputs; all NaN are one.
fn run(cpu: &Cpu, g: &Graph, passes: &Passes, special: bool) -> Vec<Vec<u64>> {
    let plan = Plan::new(g, g.outputs.len(), passes, &|op| cpu.supports(op)).expect("a plan");
    let inputs = g.inputs.iter().enumerate().map(|(i, v)| {
        let ty = g.ty(*v);
        uploaded(cpu, &ty.shape.known().expect("known"), ty.dtype, i, special)
    });
    let results = Run::new(Arc::new(plan), inputs.collect()).expect("started").finish(cpu).expect("finished");
    results.iter().map(|t| bits(cpu, t)).collect()
}

fn bits(cpu: &Cpu, t: &Tensor<Buffer>) -> Vec<u64> {
    let bytes = cpu.poll(&mut cpu.read(t).expect("read")).expect("at once").expect("read");
    let word = |b: &[u8]| b.iter().rev().fold(0u64, |w, x| w << 8 | u64::from(*x));
    let clean = |w: u64| match t.dtype {
        DType::F32 if f32::from_bits(w as u32).is_nan() => u64::from(f32::NAN.to_bits()),
        DType::F64 if f64::from_bits(w).is_nan() => f64::NAN.to_bits(),
        _ => w,
    };
    bytes.chunks_exact(t.dtype.size()).map(|b| clean(word(b))).collect()
}

/// All passes, and all but each one.
fn switches() -> Vec<(&'static str, Passes)> {
    let all = Passes::default();
    vec![
        ("all", all),
        ("without folding", Passes { fold: false, ..all }),
        ("without algebra", Passes { algebra: false, ..all }),
        ("without common subexpressions", Passes { cse: false, ..all }),
        ("without fusion", Passes { fuse: false, ..all }),
        ("without joining", Passes { join: false, ..all }),
    ]
}

fn assert_same_bits(g: &Graph, special: bool) {
    let cpu = Cpu::new();
    let plain = run(&cpu, g, &Passes::NONE, special);
    for (name, passes) in switches() {
        assert_eq!(run(&cpu, g, &passes, special), plain, "{name}");
    }
}

proptest! {
    #[test]
    fn every_pass_keeps_the_bits_of_random_graphs(
        steps in prop::collection::vec(any::<Step>(), 1..24),
        double in any::<bool>(),
        special in any::<bool>(),
    ) {
        let dtype = if double { DType::F64 } else { DType::F32 };
        assert_same_bits(&graph(&steps, dtype), special);
    }
}

/// `reduction` over `axes` of tanh(x·y + row), scaled: a prologue and an epilogue.
fn reduced(name: &str, shape: &[usize], axes: &[i64], dtype: DType) -> Graph {
    let mut g = Graph::new();
    let x = g.input(Type::new(dtype, Shape::of(shape)));
    let y = g.input(Type::new(dtype, Shape::of(shape)));
    let row = g.input(Type::new(dtype, Shape::of(&shape[shape.len() - 1..])));
    let mut b = g.build();
    let body = b.mul(x, y).and_then(|v| b.add(v, row)).and_then(|v| b.tanh(v)).expect("body");
    let out = b.op(name, &[body], &[("axis", axes.into())]).expect("reduced");
    let three = b.scalar(3.0, dtype);
    let out = b.mul(out, three).and_then(|v| b.exp(v)).expect("tail");
    g.outputs = vec![out];
    g
}

#[test]
fn reductions_with_prologue_and_epilogue_keep_their_bits_at_any_size_and_number_of_threads() {
    let cases: [(&[usize], &[i64]); 9] = [
        (&[9001], &[0]),
        (&[200_000], &[0]),
        (&[3, 5000], &[1]),
        (&[700, 300], &[0]),
        (&[700, 300], &[1]),
        (&[700, 300], &[0, 1]),
        (&[5, 40, 30, 20], &[0, 2]),
        (&[4097, 3], &[0]),
        (&[64, 7], &[1]),
    ];
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("a pool");
    for (shape, axes) in cases {
        for name in ["sum", "mean", "max", "min", "prod"] {
            for dtype in [DType::F32, DType::F64] {
                let g = reduced(name, shape, axes, dtype);
                let cpu = Cpu::new();
                let plan = Plan::new(&g, 1, &Passes::default(), &|op| cpu.supports(op)).expect("a plan");
                assert_eq!(plan.graph.nodes.len(), 4, "one kernel beside the inputs");
                let plain = run(&cpu, &g, &Passes::NONE, false);
                assert_eq!(run(&cpu, &g, &Passes::default(), false), plain, "{name} {shape:?} {axes:?}");
                let threads = pool.install(|| run(&cpu, &g, &Passes::default(), false));
                assert_eq!(threads, plain, "{name} {shape:?} {axes:?} on three threads");
            }
        }
    }
}

#[test]
fn a_dense_layer_is_one_kernel_on_the_fast_and_on_the_plain_implementation() {
    let mut g = Graph::new();
    let x = g.input(Type::new(DType::F32, Shape::of(&[7, 10])));
    let w = g.input(Type::new(DType::F32, Shape::of(&[10, 33])));
    let bias = g.input(Type::new(DType::F32, Shape::of(&[33])));
    let mut b = g.build();
    let product = b.matmul(x, w, false, false).and_then(|v| b.add(v, bias)).expect("product");
    let zero = b.scalar(0.0, DType::F32);
    let out = b.maximum(product, zero).expect("relu");
    let mask = b.greater(product, zero).expect("mask");
    g.outputs = vec![out, mask];
    for implementation in [Implementation::Simd, Implementation::Reference] {
        let cpu = Cpu::new();
        cpu.choose(implementation, None);
        let plan = Plan::new(&g, 2, &Passes::default(), &|op| cpu.supports(op)).expect("a plan");
        assert_eq!(plan.graph.nodes.len(), 4, "one kernel beside the inputs");
        assert_eq!(run(&cpu, &g, &Passes::default(), true), run(&cpu, &g, &Passes::NONE, true), "{implementation:?}");
    }
}

#[test]
fn a_product_sums_in_one_order_whether_or_not_its_operand_is_a_copy_of_a_view() {
    for dtype in [DType::F32, DType::F64] {
        for what in ["identity", "reshape", "constant"] {
            let mut g = Graph::new();
            let x = g.input(Type::new(dtype, Shape::of(&[3, 37])));
            let c = g.constant(Literal::of(&numbers(3 * 37, 5, false), &[3, 37], dtype));
            let mut b = g.build();
            let turned = b.transpose(if what == "constant" { c } else { x }, &[1, 0]).expect("turned");
            let operand = match what {
                "identity" => b.op("identity", &[turned], &[]).expect("copied"),
                "reshape" => {
                    let flat = b.reshape(turned, &Shape::of(&[37 * 3])).expect("flat");
                    b.reshape(flat, &Shape::of(&[37, 3])).expect("copied")
                }
                _ => turned,
            };
            let out = b.matmul(x, operand, false, false).expect("product");
            g.outputs = vec![out];
            assert_same_bits(&g, false);
        }
    }
}
