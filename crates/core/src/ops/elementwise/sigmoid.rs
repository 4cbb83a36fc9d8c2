//! `sigmoid`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "sigmoid",
    version: 1,
    group: "activation",
    doc: "The logistic function `1 / (1 + exp(−x))`, without overflow. As `keras.activations.sigmoid`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).sigmoid()])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -4.0, 4.0)]),
            sample(vec![values(
                DType::F32,
                &[8],
                &[0.0, 100.0, -100.0, 1000.0, -1000.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN],
            )])
            .no_grad(),
        ]
    },
    method: true,
};
