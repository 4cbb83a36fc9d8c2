//! `sinc`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use std::f64::consts::PI;

/// Coefficients of the derivative of sin(a)/a, over a, in powers of a²: (−1)ᵏ 2k / (2k + 1)! from k = 1 on.
const SERIES: [f64; 7] =
    [-1.0 / 3.0, 1.0 / 30.0, -1.0 / 840.0, 1.0 / 45_360.0, -1.0 / 3_991_680.0, 1.0 / 518_918_400.0, -1.0 / 93_405_312_000.0];

pub static DEF: OpDef = OpDef {
    name: "sinc",
    version: 1,
    group: "math",
    doc: "`sin(πx) / (πx)`, and 1 at 0, where its gradient is 0. As `numpy.sinc`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| {
        let x = cx.x(0);
        // At 0 another number stands in, so that what is not taken is finite, and so are its derivatives.
        let at_zero = x.eq(&x.c(0.0));
        let angle = at_zero.select(&x.c(1.0), &x) * x.c(PI);
        Ok(vec![at_zero.select(&x.c(1.0), &(angle.sin() / &angle))])
    }),
    vjp: Vjp::Elementwise(|cx| {
        let (x, y, dy) = (cx.x(0), cx.x(1), cx.x(2));
        let angle = &x * x.c(PI);
        // Near 0, where the difference of cosine and quotient cancels, by the series in the square of the angle.
        let near = angle.abs().lt(&x.c(0.5));
        let apart = near.select(&x.c(1.0), &angle);
        let square = &angle * &angle;
        let series = SERIES.iter().rev().fold(x.c(0.0), |sum, c| sum * &square + x.c(*c)) * &angle;
        Ok(vec![dy * (near.select(&series, &((apart.cos() - y) / &apart)) * x.c(PI))])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.4, 2.1)]),
            sample(vec![floats(&[2, 3], -0.13, 0.12)]),
            sample(vec![values(DType::F32, &[3], &[0.0, -0.0, f64::NAN])]).no_grad(),
        ]
    },
    method: true,
};
