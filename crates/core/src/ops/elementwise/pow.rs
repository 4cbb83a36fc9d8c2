//! `pow`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "pow",
    version: 1,
    group: "math",
    doc: "`a` raised to `b`, elementwise with broadcasting. A negative base with a fractional exponent is NaN; among \
          integers a negative exponent gives 0 except for bases ±1. Bools are refused. As `numpy.power`.",
    args: &[Arg::common("a"), Arg::common("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_numeric,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).pow(&cx.x(1))])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], 0.3, 2.0), floats(&[2, 3], -1.0, 3.0)]),
            sample(vec![values(DType::F32, &[4], &[-2.0, 0.0, 0.0, 3.0]), values(DType::F32, &[4], &[3.0, 2.0, 0.0, 0.0])])
                .no_grad(),
            sample(vec![values(DType::I32, &[4], &[2.0, -3.0, 2.0, -1.0]), values(DType::I32, &[4], &[10.0, 3.0, -1.0, -3.0])])
                .no_grad(),
            sample(vec![values(DType::Bool, &[2], &[0.0, 1.0]), values(DType::Bool, &[2], &[1.0, 1.0])]).refused(Code::Dtype),
        ]
    },
    method: true,
};
