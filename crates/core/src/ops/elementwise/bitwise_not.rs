//! `bitwise_not`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "bitwise_not",
    version: 1,
    group: "bits",
    doc: "`~x`, every bit inverted. Floats are refused. As `numpy.bitwise_not`.",
    args: &[Arg::one("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_bits,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).not()])),
    vjp: Vjp::None("takes integers"),
    samples: || {
        vec![
            sample(vec![values(DType::I32, &[3], &[12.0, 255.0, -1.0])]).no_grad(),
            sample(vec![values(DType::Bool, &[2], &[0.0, 1.0])]).no_grad(),
            sample(vec![floats(&[2], 1.0, 2.0)]).refused(Code::Dtype),
        ]
    },
    method: true,
};
