//! `remainder`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "remainder",
    version: 1,
    group: "math",
    doc: "Python's `a % b`: what `floorDivide` leaves, with the sign of `b`; for integers `x % 0` is 0. Bools are \
          refused. As `numpy.remainder`.",
    args: &[Arg::common("a"), Arg::common("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_numeric,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).modulo(&cx.x(1))])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], 0.3, 1.8), floats(&[2, 3], 2.0, 3.0)]),
            sample(vec![values(DType::F32, &[4], &[7.0, -7.0, 7.5, -7.5]), values(DType::F32, &[4], &[2.0, 2.0, -2.0, -2.0])])
                .no_grad(),
            sample(vec![values(DType::I32, &[4], &[7.0, -7.0, 7.0, -7.0]), values(DType::I32, &[4], &[3.0, 3.0, -3.0, 0.0])])
                .no_grad(),
            sample(vec![values(DType::Bool, &[2], &[0.0, 1.0]), values(DType::Bool, &[2], &[1.0, 1.0])]).refused(Code::Dtype),
        ]
    },
    method: true,
};
