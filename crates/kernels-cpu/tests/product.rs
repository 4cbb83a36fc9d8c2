//! Products of few rows and little work, which take own loops: every level, all transposes, set and added, between
//! rows that are left alone.

use talray_kernels_cpu::Pool;
use talray_kernels_cpu::matmul::{Matrix, matmul};
use talray_kernels_cpu::simd::{Level, available_levels, set_level};

const SIZES: [[usize; 3]; 12] = [
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
];

#[test]
fn small_products_are_exact_on_small_integers() {
    for level in available_levels() {
        set_level(level);
        for [m, k, n] in SIZES {
            for case in 0..8 {
                one(m, k, n, [case & 1 == 1, case & 2 == 2, case & 4 == 4]);
            }
        }
    }
    set_level(Level::Avx512);
}

fn one(m: usize, k: usize, n: usize, [turned_a, turned_b, add]: [bool; 3]) {
    let a: Vec<f32> = (0..m * k).map(|i| (i * 7 % 13) as f32 - 6.0).collect();
    let b: Vec<f32> = (0..n * k).map(|i| (i * 5 % 11) as f32 - 5.0).collect();
    let left = if turned_a { Matrix::rows(&a, k, m).unwrap().t() } else { Matrix::rows(&a, m, k).unwrap() };
    let right = if turned_b { Matrix::rows(&b, n, k).unwrap().t() } else { Matrix::rows(&b, k, n).unwrap() };
    let step = n + 3;
    let mut c = vec![2f32; m * step];
    matmul(&Pool::serial(), left, right, &mut c, step, add).unwrap();
    for (at, got) in c.iter().enumerate() {
        let (i, j) = (at / step, at % step);
        let product =
            |x: usize| a[if turned_a { x * m + i } else { i * k + x }] * b[if turned_b { j * k + x } else { x * n + j }];
        let want = if j >= n { 2.0 } else { (0..k).map(product).sum::<f32>() + if add { 2.0 } else { 0.0 } };
        assert_eq!(*got, want, "{m}x{k}x{n} transposed {turned_a} {turned_b} add {add} at {i}, {j}");
    }
}
