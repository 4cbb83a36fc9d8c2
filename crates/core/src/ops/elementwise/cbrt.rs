//! `cbrt`

use crate::DType;
use crate::expr::forms;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "cbrt",
    version: 1,
    group: "math",
    doc: "The real cube root of `x`, negative for negative `x`. As `numpy.cbrt`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| {
        let x = cx.x(0);
        let (size, third) = (x.abs(), x.c(1.0 / 3.0));
        // The exponent 1/3 is not exact, so one Newton step follows: y - (y - x/y²)/3.
        let rough = size.pow(&third);
        let root = &rough - (&rough - &size / &(&rough * &rough)) * &third;
        let exact = size.eq(&x.c(0.0)).or(&forms::is_inf(&x));
        Ok(vec![exact.select(&x, &forms::copysign(&root, &x))])
    }),
    vjp: Vjp::Elementwise(|cx| {
        let (y, dy) = (cx.x(1), cx.x(2));
        Ok(vec![&dy / &(y.c(3.0) * &y * &y)])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], 0.2, 4.0)]),
            sample(vec![floats(&[2, 3], -4.0, -0.2)]),
            sample(vec![values(DType::F32, &[6], &[0.0, -0.0, 27.0, -8.0, 1e-30, 1e30])]).no_grad(),
        ]
    },
    method: true,
};
