//! `logical_not`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, sample, values};

pub static DEF: OpDef = OpDef {
    name: "logical_not",
    version: 1,
    group: "logic",
    doc: "True where `x` is false (0). Takes any dtype, gives bool. As `numpy.logical_not`.",
    args: &[Arg::one("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::predicate,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).cast(DType::Bool).not()])),
    vjp: Vjp::None("gives bool"),
    samples: || {
        vec![
            sample(vec![values(DType::Bool, &[2], &[0.0, 1.0])]).no_grad(),
            sample(vec![values(DType::F32, &[3], &[0.0, -2.0, -0.0])]).no_grad(),
        ]
    },
    method: true,
};
