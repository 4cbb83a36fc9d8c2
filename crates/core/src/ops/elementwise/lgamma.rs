//! `lgamma`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "lgamma",
    version: 1,
    group: "math",
    doc: "`log(|Γ(x)|)`; infinite at 0 and the negative integers. As `scipy.special.gammaln`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).lgamma()])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], 0.3, 4.0)]),
            sample(vec![floats(&[2, 3], -2.7, -2.2)]),
            sample(vec![values(DType::F32, &[8], &[1.0, 2.0, 0.0, -3.0, 1e30, f64::INFINITY, f64::NEG_INFINITY, f64::NAN])])
                .no_grad(),
        ]
    },
    method: true,
};
