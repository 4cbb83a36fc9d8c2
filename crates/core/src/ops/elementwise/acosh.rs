//! `acosh`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "acosh",
    version: 1,
    group: "math",
    doc: "The number of at least 0 whose hyperbolic cosine is `x`; NaN below 1. As `numpy.arccosh`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).acosh()])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], 1.2, 4.0)]),
            sample(vec![values(DType::F32, &[6], &[1.0, 0.5, 1e30, f64::INFINITY, f64::NEG_INFINITY, f64::NAN])]).no_grad(),
        ]
    },
    method: true,
};
