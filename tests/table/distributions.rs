//! `distribution`: random draws follow their laws, by Kolmogorov and Smirnov's distance, counts and moments.

use crate::{Table, read_level};
use std::f64::consts::{PI, SQRT_2};
use talray_core::{AttrValue, DType, Literal, ops};
use talray_kernels_cpu::Implementation;
use talray_tests::golden::element;
use talray_tests::run::cpu;
use talray_tests::subject::{Layout, Subject};

const DRAWS: usize = 40_000;

type Answer = Result<(), String>;

pub fn questions(table: &mut Table) {
    for dtype in [DType::F32, DType::F64] {
        let attrs = move || vec![("shape", size()), ("dtype", dtype.into())];
        table.ask("distribution", "random_uniform", dtype.name(), move || {
            follows(&draws("random_uniform", &[state()], &attrs())?, |x| x.clamp(0.0, 1.0))
        });
        table.ask("distribution", "random_normal", dtype.name(), move || {
            follows(&draws("random_normal", &[state()], &attrs())?, normal)
        });
        table.ask("distribution", "random_truncated_normal", dtype.name(), move || {
            let (low, high) = (normal(-2.0), normal(2.0));
            follows(&draws("random_truncated_normal", &[state()], &attrs())?, |x| {
                ((normal(x) - low) / (high - low)).clamp(0.0, 1.0)
            })
        });
        for (name, alpha, gamma) in [("half", 0.5, PI.sqrt()), ("one", 1.0, 1.0), ("four", 4.0, 6.0)] {
            table.ask("distribution", "random_gamma", &format!("{dtype}/{name}"), move || {
                let alpha_input = Literal::of(&[alpha], &[], dtype);
                let all = draws("random_gamma", &[state(), alpha_input], &[("shape", size())])?;
                follows(&all, |x| below(alpha, gamma, x))
            });
        }
    }
    for (name, lam) in [("small", 0.7), ("middle", 9.0), ("large", 60.0)] {
        table.ask("distribution", "random_poisson", name, move || {
            let all = draws("random_poisson", &[state(), Literal::of(&[lam], &[], DType::F32)], &[("shape", size())])?;
            // Mean and variance are lam; the variance's own variance is (lam + 2 lam²) / n.
            let (mean, variance) = moments(&all);
            near("mean", mean, lam, (lam / DRAWS as f64).sqrt())?;
            near("variance", variance, lam, ((lam + 2.0 * lam * lam) / DRAWS as f64).sqrt())
        });
    }
    for p in [0.1, 0.5, 0.97] {
        table.ask("distribution", "random_bernoulli", &p.to_string(), move || {
            let (mean, _) = moments(&draws("random_bernoulli", &[state()], &[("shape", size()), ("p", p.into())])?);
            near("share", mean, p, (p * (1.0 - p) / DRAWS as f64).sqrt())
        });
    }
    table.ask("distribution", "dropout", "", || {
        let x = Literal::of(&vec![1.0; DRAWS], &[DRAWS], DType::F32);
        let (mean, _) = moments(&draws("dropout", &[x, state()], &[("rate", 0.3.into())])?);
        near("mean", mean, 1.0, (0.3 / 0.7 / DRAWS as f64).sqrt())
    });
    table.ask("distribution", "random_randint", "", || {
        let all = draws("random_randint", &[state()], &[("shape", size()), ("low", (-3).into()), ("high", 4.into())])?;
        shares(&all.iter().map(|x| x + 3.0).collect::<Vec<_>>(), &[1.0 / 7.0; 7])
    });
    table.ask("distribution", "random_categorical", "", || {
        let p: [f64; 4] = [0.1, 0.2, 0.3, 0.4];
        let logits = Literal::of(&p.map(f64::ln), &[4], DType::F32);
        shares(&draws("random_categorical", &[state(), logits], &[("num_samples", (DRAWS as i64).into())])?, &p)
    });
    table.ask("distribution", "random_permutation", "", || {
        let mut all = draws("random_permutation", &[state()], &[("n", 1000.into())])?;
        // The sum of i·x over a random order of 0..n has this mean and deviation.
        let n = 1000.0f64;
        let moment: f64 = all.iter().enumerate().map(|(i, x)| i as f64 * x).sum();
        near("moment", moment, n * (n - 1.0) * (n - 1.0) / 4.0, n * (n + 1.0) * (n - 1.0).sqrt() / 12.0)?;
        all.sort_by(f64::total_cmp);
        let whole = all.iter().enumerate().all(|(i, x)| *x == i as f64);
        if whole { Ok(()) } else { Err("it does not hold every number once".to_owned()) }
    });
}

fn state() -> Literal {
    Literal::of(&[20_240_229.0, 17.0, 5.0, 0.0], &[4], DType::U32)
}

fn size() -> AttrValue {
    AttrValue::Dims([DRAWS.into()].into_iter().collect())
}

/// The first output of a random op.
fn draws(op: &str, inputs: &[Literal], attrs: &[(&'static str, AttrValue)]) -> Result<Vec<f64>, String> {
    let _level = read_level();
    let id = ops::id(op);
    let attrs = talray_core::graph::complete(id, attrs).map_err(|e| e.to_string())?;
    let subject = Subject { id, inputs: inputs.iter().cloned().map(Some).collect(), attrs };
    let out = subject.run(&cpu(Implementation::Simd), Layout::Plain).map_err(|e| e.to_string())?.swap_remove(0);
    Ok((0..out.bytes.len() / out.dtype.size()).map(|i| element(&out.bytes, out.dtype, i)).collect())
}

/// Is the largest distance between the draws' distribution and `cdf` within what one set of draws in a thousand exceeds?
fn follows(draws: &[f64], cdf: impl Fn(f64) -> f64) -> Answer {
    let mut sorted = draws.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let far = |(i, x): (usize, &f64)| {
        let p = cdf(*x);
        (p - i as f64 / n).abs().max((p - (i + 1) as f64 / n).abs())
    };
    let distance = sorted.iter().enumerate().map(far).fold(0.0, f64::max);
    let bound = 1.95 / n.sqrt();
    if distance <= bound { Ok(()) } else { Err(format!("the distance to the law is {distance}, over {bound}")) }
}

fn moments(draws: &[f64]) -> (f64, f64) {
    let n = draws.len() as f64;
    let mean = draws.iter().sum::<f64>() / n;
    (mean, draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n)
}

/// Within four standard deviations.
fn near(what: &str, got: f64, want: f64, deviation: f64) -> Answer {
    if (got - want).abs() <= 4.0 * deviation {
        Ok(())
    } else {
        Err(format!("{what}: expected {want} ± {deviation}, received {got}"))
    }
}

/// Does each class have its share?
fn shares(draws: &[f64], p: &[f64]) -> Answer {
    let n = draws.len() as f64;
    if draws.iter().any(|x| !(0.0..p.len() as f64).contains(x)) {
        return Err("a draw is outside the classes".to_owned());
    }
    p.iter().enumerate().try_for_each(|(class, p)| {
        let share = draws.iter().filter(|x| **x == class as f64).count() as f64 / n;
        near(&format!("share of class {class}"), share, *p, (p * (1.0 - p) / n).sqrt())
    })
}

/// The normal law by the Maclaurin series of the error function.
fn normal(x: f64) -> f64 {
    let z = (x / SQRT_2).clamp(-5.0, 5.0);
    let (mut term, mut sum) = (z, z);
    for k in 1..160 {
        term *= -z * z / f64::from(k);
        sum += term / f64::from(2 * k + 1);
    }
    0.5 + sum / PI.sqrt()
}

/// The gamma law with shape `a`, `gamma` = Γ(a), by its series.
fn below(a: f64, gamma: f64, x: f64) -> f64 {
    let (mut term, mut sum) = (1.0 / (a * gamma), 0.0);
    for k in 1..400 {
        sum += term;
        term *= x / (a + f64::from(k));
    }
    sum * x.powf(a) * (-x).exp()
}
