//! Products of all sizes (few rows and little work take own loops, the rest packed ones): every level, all transposes,
//! set and added, between rows that are left alone.

use std::sync::Mutex;
use talray_kernels_cpu::Pool;
use talray_kernels_cpu::matmul::{Gemm, Matrix, matmul};
use talray_kernels_cpu::simd::{Level, available_levels, set_level};

/// The level is the process's: tests that set it take turns.
static LEVEL: Mutex<()> = Mutex::new(());

const SIZES: [[usize; 3]; 18] = [
    [1, 1, 1],
    [1, 10, 128],
    [1, 128, 5],
    [2, 7, 33],
    [3, 129, 64],
    [4, 31, 17],
    [5, 16, 16],
    [16, 16, 16],
    [7, 3, 100],
    [1, 300, 63],
    [33, 20, 50],
    [4, 64, 130],
    [17, 24, 40],
    [64, 64, 64],
    [130, 33, 70],
    [9, 300, 257],
    // Past one block of the inner axis, and of the columns.
    [61, 801, 40],
    [14, 20, 2070],
];

#[test]
fn products_are_exact_on_small_integers_at_every_level() {
    let _turn = LEVEL.lock().unwrap();
    for level in available_levels() {
        set_level(level);
        for [m, k, n] in SIZES {
            for case in 0..8 {
                one::<f32>(m, k, n, [case & 1 == 1, case & 2 == 2, case & 4 == 4]);
                one::<f64>(m, k, n, [case & 1 == 1, case & 2 == 2, case & 4 == 4]);
            }
        }
    }
    set_level(Level::Avx512);
}

#[test]
fn products_have_the_same_bits_on_one_and_on_three_threads_at_every_level() {
    let number = |i: usize| ((i * 7919 % 1009) as f32).sin();
    let (m, k, n) = (203, 901, 130);
    let (a, b): (Vec<f32>, Vec<f32>) = ((0..m * k).map(number).collect(), (0..k * n).map(number).collect());
    let run = |pool: &Pool| {
        let mut c = vec![0.0; m * n];
        matmul(pool, Matrix::rows(&a, m, k).unwrap(), Matrix::rows(&b, k, n).unwrap(), &mut c, n, false).unwrap();
        c.into_iter().map(f32::to_bits).collect::<Vec<_>>()
    };
    let three = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    let _turn = LEVEL.lock().unwrap();
    for level in available_levels() {
        set_level(level);
        assert_eq!(run(&Pool::serial()), three.install(|| run(&Pool::current())), "{}", level.name());
    }
    set_level(Level::Avx512);
}

fn one<T: Gemm + From<f32> + PartialEq + std::fmt::Debug>(m: usize, k: usize, n: usize, [turned_a, turned_b, add]: [bool; 3]) {
    let number = |i: usize| T::from(i as f32);
    let whole = |list: &[i32]| -> Vec<T> { list.iter().map(|x| T::from(*x as f32)).collect() };
    let a: Vec<i32> = (0..m * k).map(|i| (i * 7 % 13) as i32 - 6).collect();
    let b: Vec<i32> = (0..n * k).map(|i| (i * 5 % 11) as i32 - 5).collect();
    let (left, right) = (whole(&a), whole(&b));
    let left = if turned_a { Matrix::rows(&left, k, m).unwrap().t() } else { Matrix::rows(&left, m, k).unwrap() };
    let right = if turned_b { Matrix::rows(&right, n, k).unwrap().t() } else { Matrix::rows(&right, k, n).unwrap() };
    let step = n + 3;
    let mut c = vec![number(2); m * step];
    matmul(&Pool::serial(), left, right, &mut c, step, add).unwrap();
    for (at, got) in c.iter().enumerate() {
        let (i, j) = (at / step, at % step);
        let product =
            |x: usize| a[if turned_a { x * m + i } else { i * k + x }] * b[if turned_b { j * k + x } else { x * n + j }];
        let want = if j >= n { 2 } else { (0..k).map(product).sum::<i32>() + if add { 2 } else { 0 } };
        assert_eq!(*got, T::from(want as f32), "{m}x{k}x{n} transposed {turned_a} {turned_b} add {add} at {i}, {j}");
    }
}
