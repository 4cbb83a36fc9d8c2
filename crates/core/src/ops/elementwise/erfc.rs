//! `erfc`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "erfc",
    version: 1,
    group: "math",
    doc: "`1 − erf(x)`, exact for large `x`. As `scipy.special.erfc`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).erfc()])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 3.0)]),
            sample(vec![values(DType::F32, &[7], &[0.0, 8.0, 30.0, -30.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN])])
                .no_grad(),
        ]
    },
    method: true,
};
