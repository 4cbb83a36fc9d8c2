//! `digamma`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "digamma",
    version: 1,
    group: "math",
    doc: "`Γ'(x) / Γ(x)`, the derivative of `lgamma`. As `scipy.special.digamma`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).digamma()])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], 0.3, 4.0)]),
            sample(vec![floats(&[2, 3], -2.7, -2.2)]),
            sample(vec![values(DType::F32, &[3], &[1.0, 1e30, 1e-10])]).no_grad(),
        ]
    },
    method: true,
};
