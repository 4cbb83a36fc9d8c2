//! The block evaluator: against plain Rust, on all layouts, lengths, levels and thread counts.

use half::{bf16, f16};
use talray_core::DType;
use talray_core::expr::{Expr, Prim, Program};
use talray_kernels_cpu::elementwise::{Evaluator, Source};
use talray_kernels_cpu::simd::{Level, available_levels, set_level};
use talray_kernels_cpu::{Element, Input, Pool};

fn x(n: u16, dtype: DType) -> Expr {
    Expr::input(n, dtype)
}

/// A contiguous view of a vector, with its shape and strides kept beside it.
struct Tensor<T> {
    data: Vec<T>,
    shape: Vec<usize>,
    strides: Vec<isize>,
    offset: usize,
    dtype: DType,
}

impl<T: Element> Tensor<T> {
    fn new(data: Vec<T>, shape: &[usize]) -> Self {
        let mut strides = vec![1; shape.len()];
        for i in (1..shape.len()).rev() {
            strides[i - 1] = strides[i] * shape[i] as isize;
        }
        Self { data, shape: shape.into(), strides, offset: 0, dtype: T::DTYPE }
    }

    fn view(&self) -> Source<'_> {
        let bytes = bytemuck::cast_slice(&self.data);
        Source::View(Input { dtype: self.dtype, shape: &self.shape, strides: &self.strides, offset: self.offset, bytes })
    }
}

fn run<T: Element + Default, D: Element + Default>(program: &Program, inputs: &[Vec<T>]) -> Vec<D> {
    let n = inputs[0].len();
    let tensors: Vec<_> = inputs.iter().map(|data| Tensor::new(data.clone(), &[n])).collect();
    let sources: Vec<_> = tensors.iter().map(Tensor::view).collect();
    let mut out = vec![D::default(); n];
    let evaluator = Evaluator::new(program).unwrap();
    evaluator.run(&[n], &sources, &mut [bytemuck::cast_slice_mut(&mut out)], &Pool::serial()).unwrap();
    out
}

fn one<T: Element + Default, D: Element + Default>(e: &Expr, dtypes: &[DType], inputs: &[Vec<T>]) -> Vec<D> {
    run(&Program::compile(dtypes, std::slice::from_ref(e)), inputs)
}

#[test]
fn every_length_gives_what_plain_rust_gives() {
    let (a, b) = (x(0, DType::F32), x(1, DType::F32));
    let e = &(&a * &b) + &a.c(0.5);
    for n in [1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 511, 512, 513, 1025, 40_000] {
        let u: Vec<f32> = (0..n).map(|i| (i as f32).sin()).collect();
        let v: Vec<f32> = (0..n).map(|i| (i as f32 * 0.3).cos()).collect();
        let got: Vec<f32> = one(&e, &[DType::F32; 2], &[u.clone(), v.clone()]);
        assert!(got.iter().zip(u.iter().zip(&v)).all(|(g, (u, v))| *g == u * v + 0.5), "length {n}");
    }
}

#[test]
fn views_of_any_strides_read_the_right_elements() {
    let (rows, columns) = (37, 300);
    let (a, b, c) = (x(0, DType::F32), x(1, DType::F32), x(2, DType::F32));
    let program = Program::compile(&[DType::F32; 3], &[&(&a - &b) * &c]);
    let evaluator = Evaluator::new(&program).unwrap();
    for shape in [[rows, columns], [columns, rows], [5, 7], [1, 4], [4, 1]] {
        let n = shape[0] * shape[1];
        let mut whole = Tensor::new((0..n).map(|i| i as f32).collect::<Vec<_>>(), &[shape[1], shape[0]]);
        whole.shape = shape.into();
        whole.strides = vec![1, shape[0] as isize];
        let row = Tensor::new((0..shape[1]).map(|i| i as f32 * 0.5).collect::<Vec<_>>(), &[shape[1]]);
        let column = Tensor::new((0..shape[0]).map(|i| 1.0 + i as f32).collect::<Vec<_>>(), &[shape[0], 1]);
        let mut out = vec![0f32; n];
        let sources = [whole.view(), row.view(), column.view()];
        evaluator.run(&shape, &sources, &mut [bytemuck::cast_slice_mut(&mut out)], &Pool::serial()).unwrap();
        for i in 0..shape[0] {
            for j in 0..shape[1] {
                let want = ((j * shape[0] + i) as f32 - j as f32 * 0.5) * (1.0 + i as f32);
                assert_eq!(out[i * shape[1] + j], want, "{shape:?} at {i}, {j}");
            }
        }
    }
}

#[test]
fn reversed_and_stepped_views_work_in_four_axes() {
    let shape = [3, 4, 5, 6];
    let source: Vec<i32> = (0..2000).collect();
    let mut t = Tensor::new(source, &shape);
    t.strides = vec![400, -90, 15, 2];
    t.offset = 300;
    let program = Program::compile(&[DType::I32], &[x(0, DType::I32).neg()]);
    let mut out = vec![0i32; 360];
    let bytes = bytemuck::cast_slice_mut(&mut out);
    Evaluator::new(&program).unwrap().run(&shape, &[t.view()], &mut [bytes], &Pool::serial()).unwrap();
    let mut k = 0;
    for a in 0..3 {
        for b in 0..4 {
            for c in 0..5 {
                for d in 0..6 {
                    assert_eq!(out[k], -(300 + a * 400 - b * 90 + c * 15 + d * 2));
                    k += 1;
                }
            }
        }
    }
}

#[test]
fn a_view_that_leaves_its_buffer_is_refused() {
    let program = Program::compile(&[DType::F32], &[x(0, DType::F32).neg()]);
    let evaluator = Evaluator::new(&program).unwrap();
    let mut t = Tensor::new(vec![0f32; 10], &[10]);
    let mut out = vec![0f32; 10];
    t.offset = 1;
    assert!(evaluator.run(&[10], &[t.view()], &mut [bytemuck::cast_slice_mut(&mut out)], &Pool::serial()).is_err());
    t.offset = 0;
    assert!(evaluator.run(&[9], &[t.view()], &mut [bytemuck::cast_slice_mut(&mut out[..9])], &Pool::serial()).is_err());
    assert!(evaluator.run(&[10], &[t.view()], &mut [bytemuck::cast_slice_mut(&mut out[..9])], &Pool::serial()).is_err());
    let refused = Program::compile(&[DType::I32], &[x(0, DType::I32).log()]);
    assert!(Evaluator::new(&refused).is_err());
}

#[test]
fn outputs_may_lie_over_inputs() {
    let (a, b) = (x(0, DType::F32), x(1, DType::F32));
    // The first output is written before the second reads the input under it; the last two swap.
    for outputs in [vec![&a + &b, &a * &b], vec![&a * &b, &a + &b], vec![b.clone(), a.clone()], vec![&b.clone() - &a, a.clone()]]
    {
        let program = Program::compile(&[DType::F32; 2], &outputs);
        let evaluator = Evaluator::in_place(&program, &[Some(0), Some(1)]).unwrap();
        let n = 1300;
        let (u, v): (Vec<f32>, Vec<f32>) = (0..n).map(|i| (i as f32, 0.5 - i as f32)).unzip();
        let (mut p, mut q) = (u.clone(), v.clone());
        let mut bytes = [bytemuck::cast_slice_mut(&mut p), bytemuck::cast_slice_mut(&mut q)];
        evaluator.run(&[n], &[Source::Over, Source::Over], &mut bytes, &Pool::serial()).unwrap();
        let plain = Evaluator::new(&program).unwrap();
        let (s, t) = (Tensor::new(u, &[n]), Tensor::new(v, &[n]));
        let (mut c, mut d) = (vec![0f32; n], vec![0f32; n]);
        let mut bytes = [bytemuck::cast_slice_mut(&mut c), bytemuck::cast_slice_mut(&mut d)];
        plain.run(&[n], &[s.view(), t.view()], &mut bytes, &Pool::serial()).unwrap();
        assert!(p == c && q == d);
    }
}

#[test]
fn fused_and_unfused_evaluation_agree_to_the_bit() {
    let inputs: Vec<Vec<f32>> = (0..3).map(|k| (0..777).map(|i| ((i * (k + 3)) as f32 * 0.37).sin() * 4.0).collect()).collect();
    let unary = [Prim::Exp, Prim::Tanh, Prim::Sigmoid, Prim::Sin, Prim::Abs, Prim::Erf, Prim::Floor, Prim::Neg];
    let binary = [Prim::Add, Prim::Sub, Prim::Mul, Prim::Div, Prim::Min, Prim::Max, Prim::Pow, Prim::Mod];
    for level in available_levels() {
        set_level(level);
        let mut seed = 7u64;
        let mut random = |n: usize| {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 33) as usize % n
        };
        for _ in 0..30 {
            let mut exprs: Vec<Expr> = (0..3).map(|i| x(i, DType::F32)).collect();
            let mut values = inputs.clone();
            for _ in 0..12 {
                let (i, j) = (random(exprs.len()), random(exprs.len()));
                let (fused, single, args) = if random(3) == 0 {
                    let prim = unary[random(unary.len())];
                    (exprs[i].unary(prim), x(0, DType::F32).unary(prim), vec![values[i].clone()])
                } else {
                    let prim = binary[random(binary.len())];
                    let single = x(0, DType::F32).binary(prim, &x(1, DType::F32));
                    (exprs[i].binary(prim, &exprs[j]), single, vec![values[i].clone(), values[j].clone()])
                };
                exprs.push(fused);
                values.push(one(&single, &vec![DType::F32; args.len()], &args));
            }
            let got: Vec<f32> = one(exprs.last().unwrap(), &[DType::F32; 3], &inputs);
            let want = values.last().unwrap();
            assert!(got.iter().zip(want).all(|(g, w)| g.to_bits() == w.to_bits() || (g.is_nan() && w.is_nan())));
        }
    }
    set_level(Level::Avx512);
}

#[test]
fn threads_do_not_change_bits() {
    let n = 100_003;
    let e = x(0, DType::F32).tanh();
    let program = Program::compile(&[DType::F32], &[&e.exp() / &e.c(3.0)]);
    let evaluator = Evaluator::new(&program).unwrap();
    let input = Tensor::new((0..n).map(|i| (i as f32).sin()).collect::<Vec<_>>(), &[n]);
    let results: Vec<Vec<f32>> = [1, 2, 8]
        .into_iter()
        .map(|threads| {
            let mut out = vec![0f32; n];
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| evaluator.run(&[n], &[input.view()], &mut [bytemuck::cast_slice_mut(&mut out)], &Pool::current()))
                .unwrap();
            out
        })
        .collect();
    assert!(results[0] == results[1] && results[0] == results[2]);
}

#[test]
fn halves_round_at_every_node() {
    let all: Vec<f16> = (0..=u16::MAX).step_by(37).map(f16::from_bits).collect();
    let others: Vec<f16> = all.iter().rev().copied().collect();
    let (a, b) = (x(0, DType::F16), x(1, DType::F16));
    let got: Vec<f16> = one(&(&(&a + &b) * &b), &[DType::F16; 2], &[all.clone(), others.clone()]);
    for (i, got) in got.iter().enumerate() {
        let sum = f16::from_f32(all[i].to_f32() + others[i].to_f32());
        let want = f16::from_f32(sum.to_f32() * others[i].to_f32());
        assert!(got.to_bits() == want.to_bits() || (got.is_nan() && want.is_nan()), "{} {} {got} {want}", all[i], others[i]);
    }
    let all: Vec<bf16> = (0..=u16::MAX).step_by(37).map(bf16::from_bits).collect();
    let others: Vec<bf16> = all.iter().rev().copied().collect();
    let (a, b) = (x(0, DType::BF16), x(1, DType::BF16));
    let got: Vec<bf16> = one(&(&(&a + &b) * &b), &[DType::BF16; 2], &[all.clone(), others.clone()]);
    for (i, got) in got.iter().enumerate() {
        let sum = bf16::from_f32(all[i].to_f32() + others[i].to_f32());
        let want = bf16::from_f32(sum.to_f32() * others[i].to_f32());
        assert!(got.to_bits() == want.to_bits() || (got.is_nan() && want.is_nan()), "{} {} {got} {want}", all[i], others[i]);
    }
}

#[test]
fn integers_follow_the_stated_rules() {
    let (a, b) = (x(0, DType::I32), x(1, DType::I32));
    let u = vec![7, -7, 7, -7, i32::MIN, 5, 1, -1, 3];
    let v = vec![2, 2, -2, -2, -1, 0, 40, -3, -1];
    let two = |prim| one::<i32, i32>(&a.binary(prim, &b), &[DType::I32; 2], &[u.clone(), v.clone()]);
    assert_eq!(two(Prim::Div), [3, -3, -3, 3, i32::MIN, 0, 0, 0, -3]);
    assert_eq!(two(Prim::Rem), [1, -1, 1, -1, 0, 0, 1, -1, 0]);
    assert_eq!(two(Prim::FloorDiv), [3, -4, -4, 3, i32::MIN, 0, 0, 0, -3]);
    assert_eq!(two(Prim::Mod), [1, 1, -1, -1, 0, 0, 1, -1, 0]);
    assert_eq!(two(Prim::Pow), [49, 49, 0, 0, 0, 1, 1, -1, 0]);
    assert_eq!(two(Prim::Shl)[6..], [0, 0, 0]);
    assert_eq!(two(Prim::Shr)[6..], [0, -1, 0]);
    let casts: Vec<i8> =
        one(&x(0, DType::F32).cast(DType::I8), &[DType::F32], &[vec![1.9f32, -1.9, 300.0, -300.0, f32::NAN, f32::INFINITY]]);
    assert_eq!(casts, [1, -1, 127, -128, 0, 127]);
    let wraps: Vec<u8> = one(&x(0, DType::I32).cast(DType::U8), &[DType::I32], &[vec![256, -1, 511]]);
    assert_eq!(wraps, [0, 255, 255]);
    let bits: Vec<u32> = one(&x(0, DType::F32).bitcast(DType::U32), &[DType::F32], &[vec![1.0f32, -0.0]]);
    assert_eq!(bits, [0x3f80_0000, 0x8000_0000]);
}

#[test]
fn min_max_and_select_keep_nan_and_signed_zero() {
    let (a, b) = (x(0, DType::F32), x(1, DType::F32));
    let (u, v) = (vec![0.0f32, -0.0, f32::NAN, 1.0, 2.0], vec![-0.0f32, 0.0, 1.0, f32::NAN, 3.0]);
    let least: Vec<f32> = one(&a.min(&b), &[DType::F32; 2], &[u.clone(), v.clone()]);
    let greatest: Vec<f32> = one(&a.max(&b), &[DType::F32; 2], &[u.clone(), v.clone()]);
    assert!(
        least[..2].iter().all(|x| *x == 0.0 && x.is_sign_negative()) && least[2].is_nan() && least[3].is_nan() && least[4] == 2.0
    );
    assert!(greatest[..2].iter().all(|x| *x == 0.0 && x.is_sign_positive()) && greatest[2].is_nan() && greatest[3].is_nan());
    let chosen: Vec<f32> = one(&a.lt(&b).select(&a, &b.neg()), &[DType::F32; 2], &[u, v]);
    assert_eq!(chosen[4], 2.0);
    let modulo: Vec<f32> = one(&a.modulo(&b), &[DType::F32; 2], &[vec![5.5f32, -5.5, 5.5], vec![2.0, 2.0, -2.0]]);
    assert_eq!(modulo, [1.5, 0.5, -0.5]);
    let floored: Vec<f32> = one(&a.floor_div(&b), &[DType::F32; 2], &[vec![5.5f32, -5.5, 5.5, 1.0], vec![2.0, 2.0, -2.0, 0.1]]);
    assert_eq!(floored, [2.0, -3.0, -3.0, 9.0]);
}
