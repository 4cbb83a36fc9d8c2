//! `erfinv`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "erfinv",
    version: 1,
    group: "math",
    doc: "The number whose error function is `x`; infinite at ±1, NaN outside [−1, 1]. As `scipy.special.erfinv`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).erfinv()])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -0.9, 0.9)]),
            sample(vec![values(DType::F32, &[5], &[0.0, -0.0, 1.0, -1.0, 1.5])]).no_grad(),
        ]
    },
    method: true,
};
