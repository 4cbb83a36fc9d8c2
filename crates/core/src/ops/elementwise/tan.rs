//! `tan`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "tan",
    version: 1,
    group: "math",
    doc: "The tangent of `x` in radians. As `numpy.tan`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).tan()])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -1.2, 1.2)]),
            sample(vec![values(DType::F32, &[6], &[0.0, -0.0, 1e5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN])]).no_grad(),
        ]
    },
    method: true,
};
