//! `atan`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "atan",
    version: 1,
    group: "math",
    doc: "The angle in (−π/2, π/2) whose tangent is `x`. As `numpy.arctan`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).atan()])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -3.0, 3.0)]),
            sample(vec![values(DType::F32, &[6], &[0.0, -0.0, 1e30, f64::INFINITY, f64::NEG_INFINITY, f64::NAN])]).no_grad(),
        ]
    },
    method: true,
};
