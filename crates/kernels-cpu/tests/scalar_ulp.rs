//! Every scalar function, at every level that the machine has, against values from a multi-precision program
//! (`tests/golden/scalar_ulp.py`). Set `TALRAY_ULP_GOLDEN` to a larger file of its making to test more points.

use talray_kernels_cpu::simd::{Level, available_levels, map, map2, ops, set_level};

type Unary32 = fn(&[f32], &mut [f32]);
type Unary64 = fn(&[f64], &mut [f64]);
type Binary32 = fn(&[f32], &[f32], &mut [f32]);
type Binary64 = fn(&[f64], &[f64], &mut [f64]);

enum Function {
    One(Unary32, Unary64),
    Two(Binary32, Binary64),
}

macro_rules! one {
    ($name:ident) => {
        Function::One(map::<ops::$name, f32>, map::<ops::$name, f64>)
    };
}

fn function(name: &str) -> Function {
    match name {
        "exp" => one!(Exp),
        "exp2" => one!(Exp2),
        "expm1" => one!(Expm1),
        "log" => one!(Log),
        "log2" => one!(Log2),
        "log1p" => one!(Log1p),
        "sqrt" => one!(Sqrt),
        "sin" => one!(Sin),
        "cos" => one!(Cos),
        "tan" => one!(Tan),
        "asin" => one!(Asin),
        "acos" => one!(Acos),
        "atan" => one!(Atan),
        "sinh" => one!(Sinh),
        "cosh" => one!(Cosh),
        "tanh" => one!(Tanh),
        "asinh" => one!(Asinh),
        "acosh" => one!(Acosh),
        "atanh" => one!(Atanh),
        "sigmoid" => one!(Sigmoid),
        "erf" => one!(Erf),
        "erfc" => one!(Erfc),
        "erfinv" => one!(Erfinv),
        "lgamma" => one!(Lgamma),
        "digamma" => one!(Digamma),
        "floor" => one!(Floor),
        "ceil" => one!(Ceil),
        "trunc" => one!(Trunc),
        "round" => one!(Round),
        "pow" => Function::Two(map2::<ops::Pow, f32>, map2::<ops::Pow, f64>),
        "atan2" => Function::Two(map2::<ops::Atan2, f32>, map2::<ops::Atan2, f64>),
        other => panic!("the golden file names {other}, which this test does not know"),
    }
}

/// The points of one function: arguments and result, as bits.
struct Points {
    name: String,
    bound: u64,
    singles: Vec<[u32; 3]>,
    doubles: Vec<[u64; 3]>,
}

fn golden() -> Vec<Points> {
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/scalar_ulp.txt");
    let path = std::env::var("TALRAY_ULP_GOLDEN").unwrap_or(own.to_owned());
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let mut all: Vec<Points> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        if words[0] == "@" {
            all.push(Points { name: words[1].into(), bound: words[2].parse().unwrap(), singles: vec![], doubles: vec![] });
            continue;
        }
        let points = all.last_mut().expect("a function before its points");
        let hex = |word: &str, nan: u64| if word == "nan" { nan } else { u64::from_str_radix(word, 16).unwrap() };
        let double = words[0] == "f64";
        let nan = if double { f64::NAN.to_bits() } else { u64::from(f32::NAN.to_bits()) };
        let (x, result) = (hex(words[1], nan), hex(words[words.len() - 1], nan));
        let y = if words.len() == 4 { hex(words[2], nan) } else { 0 };
        if double {
            points.doubles.push([x, y, result]);
        } else {
            points.singles.push([x as u32, y as u32, result as u32]);
        }
    }
    all
}

/// Distance between two floats given as sign-magnitude bits of `width` bits; zeros of different sign are 1 apart.
fn distance(a: u64, b: u64, width: u32) -> u64 {
    let sign = 1u64 << (width - 1);
    let order = |x: u64| if x & sign == 0 { x as i128 } else { -((x ^ sign) as i128) - 1 };
    (order(a) - order(b)).unsigned_abs() as u64
}

#[test]
fn every_function_meets_its_bound_at_every_level() {
    let mut failures = Vec::new();
    for points in golden() {
        let function = function(&points.name);
        let mut reference: Option<(Vec<u32>, Vec<u64>)> = None;
        for level in available_levels() {
            assert_eq!(set_level(level), level);
            let (singles, doubles) = run(&function, &points);
            let mut worst = [(0u64, 0u64); 2];
            for (p, got) in points.singles.iter().zip(&singles) {
                let (want, nan) = (f32::from_bits(p[2]), f32::from_bits(*got).is_nan());
                let error = if want.is_nan() && nan { 0 } else { distance(u64::from(*got), u64::from(p[2]), 32) };
                worst[0] = worst[0].max((error, u64::from(p[0])));
            }
            for (p, got) in points.doubles.iter().zip(&doubles) {
                let (want, nan) = (f64::from_bits(p[2]), f64::from_bits(*got).is_nan());
                let error = if want.is_nan() && nan { 0 } else { distance(*got, p[2], 64) };
                worst[1] = worst[1].max((error, p[0]));
            }
            println!(
                "{:8} {:8} f32 {} ulp at {:e}, f64 {} ulp at {:e}",
                points.name,
                level.name(),
                worst[0].0,
                f32::from_bits(worst[0].1 as u32),
                worst[1].0,
                f64::from_bits(worst[1].1)
            );
            for (kind, (error, x)) in ["f32", "f64"].iter().zip(worst) {
                if error > points.bound {
                    let x = if *kind == "f32" { f64::from(f32::from_bits(x as u32)) } else { f64::from_bits(x) };
                    failures.push(format!(
                        "{} {kind} {}: {error} ulp at {x:e}, bound {}",
                        points.name,
                        level.name(),
                        points.bound
                    ));
                }
            }
            let (s, d) = reference.get_or_insert((singles.clone(), doubles.clone()));
            if *s != singles || *d != doubles {
                failures.push(format!("{}: bits differ between {} and portable", points.name, level.name()));
            }
        }
        set_level(Level::Avx512);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Results with NaNs made one NaN, so that levels can be compared.
fn run(function: &Function, points: &Points) -> (Vec<u32>, Vec<u64>) {
    let single = |i: usize| points.singles.iter().map(|p| f32::from_bits(p[i])).collect::<Vec<_>>();
    let double = |i: usize| points.doubles.iter().map(|p| f64::from_bits(p[i])).collect::<Vec<_>>();
    let (mut s, mut d) = (vec![0.0; points.singles.len()], vec![0.0; points.doubles.len()]);
    match function {
        Function::One(f32_form, f64_form) => {
            f32_form(&single(0), &mut s);
            f64_form(&double(0), &mut d);
        }
        Function::Two(f32_form, f64_form) => {
            f32_form(&single(0), &single(1), &mut s);
            f64_form(&double(0), &double(1), &mut d);
        }
    }
    let one32 = |x: f32| if x.is_nan() { f32::NAN.to_bits() } else { x.to_bits() };
    let one64 = |x: f64| if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() };
    (s.into_iter().map(one32).collect(), d.into_iter().map(one64).collect())
}

#[test]
fn an_elements_result_does_not_depend_on_its_place() {
    let x: Vec<f32> = (0..67).map(|i| (i as f32 * 0.37 - 9.0) * 1.7).collect();
    for level in available_levels() {
        set_level(level);
        let mut whole = vec![0.0; x.len()];
        map::<ops::Tanh, f32>(&x, &mut whole);
        for start in 0..x.len() {
            for end in start..=x.len() {
                let mut part = vec![0.0; end - start];
                map::<ops::Tanh, f32>(&x[start..end], &mut part);
                assert!(part.iter().zip(&whole[start..end]).all(|(a, b)| a.to_bits() == b.to_bits()), "{start}..{end}");
            }
        }
    }
}
