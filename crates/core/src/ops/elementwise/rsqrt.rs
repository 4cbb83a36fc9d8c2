//! `rsqrt`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "rsqrt",
    version: 1,
    group: "math",
    doc: "`1 / sqrt(x)`; infinite at 0, NaN below. As `tf.math.rsqrt`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).c(1.0) / cx.x(0).sqrt()])),
    vjp: Vjp::Elementwise(|cx| {
        let (y, dy) = (cx.x(1), cx.x(2));
        Ok(vec![&dy * y.c(-0.5) * &y * (&y * &y)])
    }),
    samples: || {
        vec![sample(vec![floats(&[2, 3], 0.2, 4.0)]), sample(vec![values(DType::F32, &[3], &[0.0, -1.0, 1e-30])]).no_grad()]
    },
    method: true,
};
