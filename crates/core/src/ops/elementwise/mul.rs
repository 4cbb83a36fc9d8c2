//! `mul`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "mul",
    version: 1,
    group: "math",
    doc: "`a * b`, elementwise with broadcasting. On bool it is a logical and. As `numpy.multiply`.",
    args: &[Arg::common("a"), Arg::common("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0) * cx.x(1)])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.0), floats(&[2, 3], -1.0, 1.0)]),
            sample(vec![floats(&[2, 3], -2.0, 2.0), floats(&[3], -1.0, 1.0)]),
            sample(vec![values(DType::I16, &[2], &[300.0, -4.0]), values(DType::I16, &[2], &[300.0, 5.0])]).no_grad(),
            sample(vec![floats(&[2, 3], 0.5, 2.0), floats(&[4], 0.5, 1.0)]).refused(Code::Shape),
        ]
    },
    method: true,
};
