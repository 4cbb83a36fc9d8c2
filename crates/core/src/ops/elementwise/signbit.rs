//! `signbit`

use crate::DType;
use crate::expr::forms;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, sample, values};

pub static DEF: OpDef = OpDef {
    name: "signbit",
    version: 1,
    group: "logic",
    doc: "True where the sign of `x` is set (of −0 and NaN too). As `numpy.signbit`.",
    args: &[Arg::one("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::predicate,
    lower: Lower::Elementwise(|cx| Ok(vec![forms::signbit(&cx.x(0))])),
    vjp: Vjp::None("gives bool"),
    samples: || {
        vec![
            sample(vec![values(DType::F32, &[4], &[1.0, -1.0, -0.0, 0.0])]).no_grad(),
            sample(vec![values(DType::I32, &[2], &[1.0, -2.0])]).no_grad(),
            sample(vec![values(DType::Bool, &[2], &[0.0, 1.0])]).no_grad(),
        ]
    },
    method: true,
};
