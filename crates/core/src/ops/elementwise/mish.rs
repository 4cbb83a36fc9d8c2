//! `mish`

use crate::DType;
use crate::expr::forms;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "mish",
    version: 1,
    group: "activation",
    doc: "`x · tanh(softplus(x))`. As `keras.activations.mish`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0) * forms::softplus(&cx.x(0)).tanh()])),
    vjp: Vjp::Elementwise(|cx| {
        let (x, dy) = (cx.x(0), cx.x(2));
        let w = forms::softplus(&x).tanh();
        Ok(vec![dy * (&w + &x * (x.c(1.0) - &w * &w) * x.sigmoid())])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -3.0, 3.1)]),
            sample(vec![values(DType::F32, &[7], &[0.0, -0.0, 100.0, -100.0, 1e30, -1e30, f64::NAN])]).no_grad(),
        ]
    },
    method: true,
};
