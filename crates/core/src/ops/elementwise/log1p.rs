//! `log1p`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "log1p",
    version: 1,
    group: "math",
    doc: "`log(1 + x)`, exact near 0; −∞ at −1, NaN below. As `numpy.log1p`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).log1p()])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -0.7, 4.0)]),
            sample(vec![values(DType::F32, &[8], &[0.0, -0.0, 1e-10, -1.0, -2.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN])])
                .no_grad(),
        ]
    },
    method: true,
};
