//! `atanh`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "atanh",
    version: 1,
    group: "math",
    doc: "The number whose hyperbolic tangent is `x`; infinite at ±1, NaN outside [−1, 1]. As `numpy.arctanh`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).atanh()])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -0.9, 0.9)]),
            sample(vec![values(DType::F32, &[5], &[0.0, -0.0, 1.0, -1.0, 2.0])]).no_grad(),
        ]
    },
    method: true,
};
