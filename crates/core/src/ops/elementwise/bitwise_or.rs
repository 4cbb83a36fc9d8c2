//! `bitwise_or`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "bitwise_or",
    version: 1,
    group: "bits",
    doc: "`a | b`, bit by bit. Floats are refused. As `numpy.bitwise_or`.",
    args: &[Arg::common("a"), Arg::common("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_bits,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).or(&cx.x(1))])),
    vjp: Vjp::None("takes integers"),
    samples: || {
        vec![
            sample(vec![values(DType::I32, &[3], &[12.0, 255.0, -1.0]), values(DType::I32, &[3], &[10.0, 15.0, 5.0])]).no_grad(),
            sample(vec![values(DType::Bool, &[3], &[0.0, 1.0, 1.0]), values(DType::Bool, &[3], &[1.0, 0.0, 1.0])]).no_grad(),
            sample(vec![floats(&[2], 1.0, 2.0), floats(&[2], 1.0, 2.0)]).refused(Code::Dtype),
        ]
    },
    method: true,
};
