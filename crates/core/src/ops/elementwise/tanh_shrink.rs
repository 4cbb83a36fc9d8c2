//! `tanh_shrink`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "tanh_shrink",
    version: 1,
    group: "activation",
    doc: "`x − tanh(x)`. As `keras.activations.tanh_shrink`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0) - cx.x(0).tanh()])),
    vjp: Vjp::Elementwise(|cx| {
        let t = cx.x(0).tanh();
        Ok(vec![cx.x(2) * (&t * &t)])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -3.0, 3.1)]),
            sample(vec![values(DType::F32, &[7], &[0.0, -0.0, 100.0, -100.0, 1e30, -1e30, f64::NAN])]).no_grad(),
        ]
    },
    method: true,
};
