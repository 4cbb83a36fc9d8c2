//! Prints how fast the block evaluator runs: nanoseconds of small calls, GB/s of large ones beside a plain copy.

use std::time::Instant;

use talray_core::DType;
use talray_core::expr::{Expr, Program};
use talray_kernels_cpu::elementwise::{Evaluator, Source};
use talray_kernels_cpu::{Input, Pool};

fn x(n: u16) -> Expr {
    Expr::input(n, DType::F32)
}

fn best(mut f: impl FnMut()) -> f64 {
    f();
    let start = Instant::now();
    let mut best = f64::MAX;
    while start.elapsed().as_secs_f64() < 0.5 {
        let t = Instant::now();
        f();
        best = best.min(t.elapsed().as_secs_f64());
    }
    best
}

fn view<'a>(data: &'a [f32], shape: &'a [usize]) -> Source<'a> {
    Source::View(Input { dtype: DType::F32, shape, strides: &[1], offset: 0, bytes: bytemuck::cast_slice(data) })
}

/// Adam with bias corrections as scalars: parameter, gradient, first and second moment; then four scalars.
fn adam() -> Program {
    let (p, g, m, v) = (x(0), x(1), x(2), x(3));
    let (rate, beta1, beta2, eps) = (x(4), x(5), x(6), x(7));
    let m = &m + &(&(&g - &m) * &beta1);
    let v = &v + &(&(&g.square() - &v) * &beta2);
    let p = &p - &(&(&m * &rate) / &(&v.sqrt() + &eps));
    Program::compile(&[DType::F32; 8], &[p, m, v])
}

fn main() {
    let only = std::env::args().nth(1).unwrap_or_default();
    let n = 10_000_000;
    let quick = only == "cache";
    let (a, b) = (vec![1.5f32; n], vec![0.5f32; n]);
    let mut c = vec![0f32; n];
    for threads in if quick { vec![] } else { vec![1, 2] } {
        let threads_pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        threads_pool.install(|| {
            let pool = Pool::current();
            let t =
                best(|| pool.for_each_chunk(&mut c, 65_536, |i, chunk| chunk.copy_from_slice(&a[i * 65_536..][..chunk.len()])));
            let copy = 8e-9 * n as f64 / t;
            println!("{threads} threads: copy {copy:.1} GB/s");
            for (name, e, bytes) in [
                ("a+b", &x(0) + &x(1), 12.0),
                ("a*b+1", &(&x(0) * &x(1)) + &x(0).c(1.0), 12.0),
                ("relu", x(0).max(&x(0).c(0.0)), 8.0),
                ("exp", x(0).exp(), 8.0),
                ("log", x(0).log(), 8.0),
                ("tanh", x(0).tanh(), 8.0),
                ("sigmoid", x(0).sigmoid(), 8.0),
                ("erf", x(0).erf(), 8.0),
                ("sin", x(0).sin(), 8.0),
                ("pow", x(0).pow(&x(1)), 12.0),
            ] {
                if !name.contains(&only) {
                    continue;
                }
                let inputs = if bytes == 8.0 { 1 } else { 2 };
                let evaluator = Evaluator::new(&Program::compile(&vec![DType::F32; inputs], &[e])).unwrap();
                let shape = [n];
                let sources = [view(&a, &shape), view(&b, &shape)];
                let t =
                    best(|| evaluator.run(&shape, &sources[..inputs], &mut [bytemuck::cast_slice_mut(&mut c)], &pool).unwrap());
                println!(
                    "  {name:8} {:6.1} GB/s, {:.2} of copy, {:.2} ns an element",
                    bytes * 1e-9 * n as f64 / t,
                    bytes * 1e-9 * n as f64 / t / copy,
                    t * 1e9 / n as f64
                );
            }
            let (mut p, mut m, mut v) = (a.clone(), b.clone(), b.clone());
            let scalars: Vec<[f32; 1]> = [0.001, 0.1, 0.001, 1e-7].map(|s| [s]).into();
            let evaluator = Evaluator::in_place(&adam(), &[Some(0), None, Some(1), Some(2)]).unwrap();
            let (shape, single) = ([n], [1]);
            let mut sources = vec![Source::Over, view(&a, &shape), Source::Over, Source::Over];
            sources.extend(scalars.iter().map(|s| view(s, &single)));
            let t = best(|| {
                let (p, m, v) =
                    (bytemuck::cast_slice_mut(&mut p), bytemuck::cast_slice_mut(&mut m), bytemuck::cast_slice_mut(&mut v));
                evaluator.run(&shape, &sources, &mut [p, m, v], &pool).unwrap();
            });
            println!("  adam     {:6.1} GB/s, {:.2} of copy", 28e-9 * n as f64 / t, 28e-9 * n as f64 / t / copy);
        });
    }
    let evaluator = Evaluator::in_place(&adam(), &[Some(0), None, Some(1), Some(2)]).unwrap();
    let (n, shape, single) = (4096, [4096], [1]);
    let (mut p, mut m, mut v) = (a[..n].to_vec(), b[..n].to_vec(), b[..n].to_vec());
    let scalars: Vec<[f32; 1]> = [0.001, 0.1, 0.001, 1e-7].map(|s| [s]).into();
    let mut sources = vec![Source::Over, view(&a[..n], &shape), Source::Over, Source::Over];
    sources.extend(scalars.iter().map(|s| view(s, &single)));
    let t = best(|| {
        for _ in 0..100 {
            let (p, m, v) =
                (bytemuck::cast_slice_mut(&mut p), bytemuck::cast_slice_mut(&mut m), bytemuck::cast_slice_mut(&mut v));
            evaluator.run(&shape, &sources, &mut [p, m, v], &Pool::serial()).unwrap();
        }
    });
    println!("adam in the second-level cache: {:.2} ns an element", t * 1e7 / n as f64);
    for (name, e) in [
        ("a*b+1", &(&x(0) * &x(1)) + &x(0).c(1.0)),
        ("a+b", &x(0) + &x(1)),
        ("pow", x(0).pow(&x(1))),
        ("sin", x(0).sin()),
        ("erf", x(0).erf()),
    ] {
        let evaluator = Evaluator::new(&Program::compile(&[DType::F32; 2], &[e])).unwrap();
        let t = best(|| {
            for _ in 0..100 {
                evaluator
                    .run(
                        &shape,
                        &[view(&a[..n], &shape), view(&b[..n], &shape)],
                        &mut [bytemuck::cast_slice_mut(&mut c[..n])],
                        &Pool::serial(),
                    )
                    .unwrap();
            }
        });
        println!("{name} in the first-level cache: {:.3} ns an element", t * 1e7 / n as f64);
    }
    for n in [10, 64, 512] {
        let evaluator = Evaluator::new(&Program::compile(&[DType::F32; 2], &[&x(0) + &x(1)])).unwrap();
        let shape = [n];
        let t = best(|| {
            for _ in 0..1000 {
                let sources = [view(&a[..n], &shape), view(&b[..n], &shape)];
                evaluator.run(&shape, &sources, &mut [bytemuck::cast_slice_mut(&mut c[..n])], &Pool::serial()).unwrap();
            }
        });
        println!("a+b of {n}: {:.0} ns", t * 1e6);
    }
}
