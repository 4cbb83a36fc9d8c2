//! Properties of random expressions: simplification keeps every bit, derivatives follow differences.

use crate::cases::same;
use proptest::prelude::*;
use talray_core::DType;
use talray_core::expr::eval::{self, Scalar, eval};
use talray_core::expr::{Expr, Operand, Prim, Program, diff, simplify};

const SPECIAL: [f64; 12] = [0.0, -0.0, 1.0, -1.0, 2.0, 0.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1e-40, 3.4e38, -7.25];

/// An expression from random words: each pushes a leaf or applies a primitive to what was pushed.
fn build(words: &[(u8, u8, u8)], dtype: DType, prims: &[Prim]) -> Expr {
    let mut stack = vec![Expr::input(0, dtype), Expr::input(1, dtype)];
    let mut truths = vec![Expr::input(0, dtype).cast(DType::Bool)];
    for (what, i, j) in words {
        let pick = |k: &u8| stack[stack.len() - 1 - *k as usize % stack.len()].clone();
        let truth = |k: &u8| truths[truths.len() - 1 - *k as usize % truths.len()].clone();
        // Rounding to a narrower dtype is a step for differences, though not for derivatives.
        let what = if prims == SMOOTH && what % 8 == 4 { 0 } else { *what };
        match what % 8 {
            0 => stack.push(Expr::constant(SPECIAL[*i as usize % SPECIAL.len()], dtype)),
            1 => {
                let compare = [Prim::Lt, Prim::Le, Prim::Eq, Prim::Ne][*i as usize % 4];
                truths.push(pick(j).binary(compare, &pick(i)));
            }
            2 => {
                let (a, b) = (truth(i), truth(j));
                truths.push(match j % 4 {
                    0 => a.and(&b),
                    1 => a.or(&b),
                    2 => a.not(),
                    _ => Expr::int(i64::from(i % 2), DType::Bool),
                });
            }
            3 => stack.push(truth(j).select(&pick(i), &pick(j))),
            4 => stack.push(pick(i).cast([DType::F64, DType::F16, DType::I64, DType::F32][*j as usize % 4]).cast(dtype)),
            _ => {
                let prim = prims[*i as usize % prims.len()];
                stack.push(if prim.arity() == 1 { pick(j).unary(prim) } else { pick(j).binary(prim, &pick(&what)) });
            }
        }
    }
    stack.pop().unwrap_or_else(|| Expr::input(0, dtype))
}

/// Do all parts of it stay where differences are accurate?
fn tame(e: &Expr, point: &[Scalar]) -> bool {
    let mut program = Program::compile(&[DType::F64, DType::F64], std::slice::from_ref(e));
    let constants = program.consts.iter().all(|(c, d)| Scalar::of(*c, *d).f64().abs() < 1e3);
    program.outputs = (0..program.insts.len()).map(|i| (Operand::Inst(i as u16), program.insts[i].dtype)).collect();
    constants && eval::run(&program, point).iter().all(|v| v.f64().abs() < 1e3)
}

fn words() -> impl Strategy<Value = Vec<(u8, u8, u8)>> {
    prop::collection::vec(any::<(u8, u8, u8)>(), 1..24)
}

const FLOAT: [Prim; 14] = [
    Prim::Neg,
    Prim::Abs,
    Prim::Add,
    Prim::Sub,
    Prim::Mul,
    Prim::Div,
    Prim::Min,
    Prim::Max,
    Prim::Floor,
    Prim::Round,
    Prim::Sqrt,
    Prim::Exp,
    Prim::Neg,
    Prim::Mod,
];
const INTEGER: [Prim; 13] = [
    Prim::Neg,
    Prim::Add,
    Prim::Sub,
    Prim::Mul,
    Prim::Div,
    Prim::FloorDiv,
    Prim::Min,
    Prim::Max,
    Prim::And,
    Prim::Xor,
    Prim::Not,
    Prim::Shl,
    Prim::Shr,
];
const SMOOTH: [Prim; 13] = [
    Prim::Add,
    Prim::Sub,
    Prim::Mul,
    Prim::Div,
    Prim::Neg,
    Prim::Sin,
    Prim::Tanh,
    Prim::Sigmoid,
    Prim::Atan,
    Prim::Erf,
    Prim::Asinh,
    Prim::Exp,
    Prim::Max,
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, max_global_rejects: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn simplified_expressions_give_the_same_bits(w in words(), kind in 0..5usize, a in 0..12usize, x in -300.0..300.0f64) {
        let dtype = [DType::F32, DType::F64, DType::BF16, DType::I32, DType::U8][kind];
        let e = build(&w, dtype, if dtype.is_float() { &FLOAT } else { &INTEGER });
        let s = simplify(&e);
        prop_assert_eq!(s.dtype(), dtype);
        for point in [[SPECIAL[a], x], [x, SPECIAL[a]], [SPECIAL[a], SPECIAL[(a + 5) % 12]]] {
            let point = point.map(|x| Scalar::new(x, dtype));
            let (want, got) = (eval(&e, &point), eval(&s, &point));
            prop_assert!(same(want, got), "{:?} became {:?}: {}", want, got, Program::compile(&[dtype, dtype], &[e]));
            let program = Program::compile(&[dtype, dtype], std::slice::from_ref(&s));
            prop_assert!(same(eval::run(&program, &point)[0], got), "{}", program);
        }
    }

    #[test]
    fn derivatives_follow_differences(w in words(), x in 0.1..2.0f64, y in 0.1..2.0f64) {
        let e = build(&w, DType::F64, &SMOOTH);
        let at = |h: f64| eval(&e, &[Scalar::Float(x + h), Scalar::Float(y)]).f64();
        let slope = |h: f64| (at(h) - at(-h)) / (2.0 * h);
        let (want, check) = (slope(1e-5), slope(2.3e-5));
        // Near a kink, a jump of a cast or a pole, differences say nothing.
        prop_assume!(want.is_finite() && want.abs() < 1e6 && (want - check).abs() <= 1e-5 * want.abs().max(1e-3));
        prop_assume!(tame(&e, &[Scalar::Float(x), Scalar::Float(y)]));
        prop_assume!((at(1e-5) + at(-1e-5) - 2.0 * at(0.0)).abs() < 1e-7 * (1.0 + at(0.0).abs()));
        let got = diff::derivative(&e, 0, DType::F64).map_or(0.0, |d| eval(&d, &[Scalar::Float(x), Scalar::Float(y)]).f64());
        prop_assert!((got - want).abs() <= 1e-3 * want.abs().max(1e-3), "{}\n{} but differences give {}", Program::compile(&[DType::F64, DType::F64], &[e]), got, want);
    }
}

#[test]
fn simplification_leaves_what_is_not_exact() {
    let x = Expr::input(0, DType::F32);
    assert_eq!(simplify(&(&x * x.c(1.0) - x.c(0.0))).to_string(), "x0");
    assert_eq!(simplify(&(&x + x.c(0.0))).to_string(), "(x0 + 0)");
    assert_eq!(simplify(&(&x * x.c(0.0))).to_string(), "(x0 * 0)");
    assert_eq!(simplify(&(x.c(2.0) * x.c(3.0) + -x.clone())).to_string(), "(6 - x0)");
    assert_eq!(simplify(&x.c(1.0).exp()).to_string(), "exp(1)");
}

#[test]
fn programs_print_a_line_an_instruction() {
    let x = Expr::input(0, DType::F32);
    let t = &x + x.c(1.5);
    let program = Program::compile(&[DType::F32], &[&t * &t, t.gt(&x).select(&t, &x)]);
    assert_eq!(
        program.to_string(),
        "t0: f32 = (x0 + 1.5)\nt1: f32 = (t0 * t0)\nt2: bool = (x0 < t0)\nt3: f32 = (t2 ? t0 : x0)\nreturn t1, t3"
    );
}

#[test]
fn special_functions_have_their_published_values() {
    let value = |prim: Prim, x: f64| eval(&Expr::input(0, DType::F64).unary(prim), &[Scalar::Float(x)]).f64();
    let cases = [
        (Prim::Digamma, 1.0, -0.577_215_664_901_532_9),
        (Prim::Digamma, 0.5, -1.963_510_026_021_423_5),
        (Prim::Digamma, -0.5, 0.036_489_973_978_576_52),
        (Prim::Lgamma, 10.0, 12.801_827_480_081_469),
        (Prim::Erf, 1.0, 0.842_700_792_949_714_9),
        (Prim::Erfc, 3.0, 2.209_049_699_858_544e-5),
        (Prim::Erfinv, 0.5, 0.476_936_276_204_469_9),
        (Prim::Erfinv, -0.999, -2.326_753_765_513_524_6),
    ];
    for (prim, x, want) in cases {
        assert!((value(prim, x) - want).abs() <= 1e-14 * want.abs().max(0.1), "{prim:?} of {x}: {}", value(prim, x));
    }
    // The derivative of digamma at 1 is π²/6, at ½ π²/2.
    let trigamma = diff::derivative(&Expr::input(0, DType::F64).digamma(), 0, DType::F64).unwrap();
    for (x, want) in [(1.0, 1.644_934_066_848_226_4), (0.5, 4.934_802_200_544_679), (-0.5, 8.934_802_200_544_679)] {
        let got = eval(&trigamma, &[Scalar::Float(x)]).f64();
        assert!((got - want).abs() < 1e-13 * want, "trigamma of {x}: {got}");
    }
}
