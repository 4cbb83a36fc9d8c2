//! `div`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "div",
    version: 1,
    group: "math",
    doc: "`a / b`, elementwise with broadcasting; integers and bools are converted to f32 first. `x / 0` is an \
          infinity, `0 / 0` is NaN. As `numpy.true_divide`.",
    args: &[Arg::float("a"), Arg::float("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0) / cx.x(1)])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.0), floats(&[2, 3], 0.5, 3.0)]),
            sample(vec![floats(&[2, 3], -2.0, 2.0), floats(&[3], -3.0, -0.5)]),
            sample(vec![values(DType::F32, &[3], &[1.0, -1.0, 0.0]), values(DType::F32, &[3], &[0.0, 0.0, 0.0])]).no_grad(),
            sample(vec![floats(&[2, 3], 0.5, 2.0), floats(&[4], 0.5, 1.0)]).refused(Code::Shape),
        ]
    },
    method: true,
};
