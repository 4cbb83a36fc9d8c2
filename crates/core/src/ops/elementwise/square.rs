//! `square`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "square",
    version: 1,
    group: "math",
    doc: "`x * x`; integers wrap. Bools are refused. As `numpy.square`.",
    args: &[Arg::one("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_numeric,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).square()])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.0)]),
            sample(vec![values(DType::I8, &[2], &[-12.0, 5.0])]).no_grad(),
            sample(vec![values(DType::Bool, &[2], &[0.0, 1.0])]).refused(Code::Dtype),
        ]
    },
    method: true,
};
