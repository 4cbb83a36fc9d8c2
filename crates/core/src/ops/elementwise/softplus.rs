//! `softplus`

use crate::DType;
use crate::expr::forms;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "softplus",
    version: 1,
    group: "activation",
    doc: "`log(1 + exp(x))`, without overflow. As `keras.activations.softplus`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![forms::softplus(&cx.x(0))])),
    vjp: Vjp::Elementwise(|cx| Ok(vec![cx.x(2) * cx.x(0).sigmoid()])),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -3.0, 3.1)]),
            sample(vec![values(DType::F32, &[7], &[0.0, -0.0, 100.0, -100.0, 1e30, -1e30, f64::NAN])]).no_grad(),
        ]
    },
    method: true,
};
