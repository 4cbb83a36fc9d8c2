//! `acos`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "acos",
    version: 1,
    group: "math",
    doc: "The angle in [0, π] whose cosine is `x`; NaN outside [−1, 1]. As `numpy.arccos`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).acos()])),
    vjp: Vjp::Derived,
    samples: || {
        vec![sample(vec![floats(&[2, 3], -0.9, 0.9)]), sample(vec![values(DType::F32, &[4], &[0.0, 1.0, -1.0, 2.0])]).no_grad()]
    },
    method: true,
};
