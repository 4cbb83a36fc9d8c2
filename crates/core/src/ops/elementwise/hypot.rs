//! `hypot`

use crate::expr::forms;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "hypot",
    version: 1,
    group: "math",
    doc: "`sqrt(a² + b²)` without overflow or underflow; infinite where either is. The gradient at the origin is taken \
          as 0. As `numpy.hypot`.",
    args: &[Arg::float("a"), Arg::float("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![forms::hypot(&cx.x(0), &cx.x(1))])),
    vjp: Vjp::Elementwise(|cx| {
        let (a, b, y, dy) = (cx.x(0), cx.x(1), cx.x(2), cx.x(3));
        let origin = y.eq(&y.c(0.0));
        Ok(vec![&dy * origin.select(&y.c(0.0), &(&a / &y)), &dy * origin.select(&y.c(0.0), &(&b / &y))])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.0), floats(&[2, 3], 0.3, 1.0)]),
            sample(vec![values(DType::F32, &[3], &[3e30, 0.0, 3e-30]), values(DType::F32, &[3], &[4e30, 0.0, 4e-30])]).no_grad(),
            sample(vec![floats(&[2, 3], 0.5, 2.0), floats(&[4], 0.5, 1.0)]).refused(Code::Shape),
        ]
    },
    method: true,
};
