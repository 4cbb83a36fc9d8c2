//! `reciprocal`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "reciprocal",
    version: 1,
    group: "math",
    doc: "`1 / x`; integers and bools are converted to f32 first. As `numpy.reciprocal` on floats.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).c(1.0) / cx.x(0)])),
    vjp: Vjp::Elementwise(|cx| Ok(vec![-(cx.x(2) * (cx.x(1) * cx.x(1)))])),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], 0.4, 3.0)]),
            sample(vec![floats(&[2, 3], -3.0, -0.4)]),
            sample(vec![values(DType::F32, &[2], &[0.0, -0.0])]).no_grad(),
        ]
    },
    method: true,
};
