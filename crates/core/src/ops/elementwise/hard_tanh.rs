//! `hard_tanh`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "hard_tanh",
    version: 1,
    group: "activation",
    doc: "`x` held between −1 and 1. As `keras.activations.hard_tanh`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).max(&cx.x(0).c(-1.0)).min(&cx.x(0).c(1.0))])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -3.0, 3.1)]),
            sample(vec![values(DType::F32, &[7], &[0.0, -0.0, 100.0, -100.0, 1e30, -1e30, f64::NAN])]).no_grad(),
        ]
    },
    method: true,
};
