//! `atan2`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "atan2",
    version: 1,
    group: "math",
    doc: "The angle of the point (`b`, `a`) from the positive first axis, in (−π, π]. The gradient at the origin is \
          taken as 0. As `numpy.arctan2`.",
    args: &[Arg::float("a"), Arg::float("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).atan2(&cx.x(1))])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], 0.3, 2.0), floats(&[2, 3], -2.0, 1.0)]),
            sample(vec![floats(&[2, 3], -2.0, -0.3), floats(&[3], -1.0, 2.0)]),
            sample(vec![values(DType::F32, &[3], &[0.0, 1e30, 1e-30]), values(DType::F32, &[3], &[0.0, 1e30, 1e-30])]).no_grad(),
            sample(vec![floats(&[2, 3], 0.5, 2.0), floats(&[4], 0.5, 1.0)]).refused(Code::Shape),
        ]
    },
    method: true,
};
