//! `div_no_nan`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "div_no_nan",
    version: 1,
    group: "math",
    doc: "`a / b`, and 0 where `b` is 0. As `tf.math.divide_no_nan`.",
    args: &[Arg::float("a"), Arg::float("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| {
        let (a, b) = (cx.x(0), cx.x(1));
        Ok(vec![b.eq(&b.c(0.0)).select(&a.c(0.0), &(&a / &b))])
    }),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.0), floats(&[2, 3], 0.5, 3.0)]),
            sample(vec![values(DType::F32, &[3], &[1.0, 0.0, 3.0]), values(DType::F32, &[3], &[0.0, 0.0, 2.0])]).no_grad(),
            sample(vec![floats(&[2, 3], 0.5, 2.0), floats(&[4], 0.5, 1.0)]).refused(Code::Shape),
        ]
    },
    method: true,
};
