//! `log`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "log",
    version: 1,
    group: "math",
    doc: "The natural logarithm of `x`; −∞ at 0, NaN below. As `numpy.log`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).log()])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], 0.2, 4.0)]),
            sample(vec![values(DType::F32, &[6], &[0.0, -1.0, 1e-40, f64::INFINITY, f64::NEG_INFINITY, f64::NAN])]).no_grad(),
        ]
    },
    method: true,
};
