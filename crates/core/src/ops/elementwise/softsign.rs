//! `softsign`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "softsign",
    version: 1,
    group: "activation",
    doc: "`x / (1 + |x|)`. As `keras.activations.softsign`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0) / (cx.x(0).c(1.0) + cx.x(0).abs())])),
    vjp: Vjp::Elementwise(|cx| {
        let (x, dy) = (cx.x(0), cx.x(2));
        let r = x.c(1.0) / (x.c(1.0) + x.abs());
        Ok(vec![dy * (&r * &r)])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -3.0, 3.1)]),
            sample(vec![values(DType::F32, &[7], &[0.0, -0.0, 100.0, -100.0, 1e30, -1e30, f64::NAN])]).no_grad(),
        ]
    },
    method: true,
};
