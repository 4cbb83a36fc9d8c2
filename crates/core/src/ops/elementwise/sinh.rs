//! `sinh`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "sinh",
    version: 1,
    group: "math",
    doc: "The hyperbolic sine of `x`. As `numpy.sinh`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).sinh()])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.0)]),
            sample(vec![values(DType::F32, &[6], &[0.0, -0.0, 1000.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN])]).no_grad(),
        ]
    },
    method: true,
};
