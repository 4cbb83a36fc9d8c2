//! `sub`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "sub",
    version: 1,
    group: "math",
    doc: "`a - b`, elementwise with broadcasting. Bools are refused. As `numpy.subtract`.",
    args: &[Arg::common("a"), Arg::common("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_numeric,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0) - cx.x(1)])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.0), floats(&[2, 3], -1.0, 1.0)]),
            sample(vec![floats(&[2, 3], -2.0, 2.0), floats(&[3], -1.0, 1.0)]),
            sample(vec![values(DType::Bool, &[2], &[0.0, 1.0]), values(DType::Bool, &[2], &[1.0, 1.0])]).refused(Code::Dtype),
            sample(vec![floats(&[2, 3], 0.5, 2.0), floats(&[4], 0.5, 1.0)]).refused(Code::Shape),
        ]
    },
    method: true,
};
