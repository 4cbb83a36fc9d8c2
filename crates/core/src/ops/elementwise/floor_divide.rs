//! `floor_divide`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "floor_divide",
    version: 1,
    group: "math",
    doc: "The quotient `a / b` rounded down, in the common dtype; for integers `x // 0` is 0. Bools are refused. Its \
          gradient is zero. As `numpy.floor_divide`.",
    args: &[Arg::common("a"), Arg::common("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_numeric,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).floor_div(&cx.x(1))])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![values(DType::F32, &[4], &[7.0, -7.0, 7.5, -7.5]), values(DType::F32, &[4], &[2.0, 2.0, -2.0, -2.0])]),
            sample(vec![values(DType::I32, &[4], &[7.0, -7.0, 7.0, -7.0]), values(DType::I32, &[4], &[2.0, 2.0, -2.0, 0.0])])
                .no_grad(),
            sample(vec![values(DType::Bool, &[2], &[0.0, 1.0]), values(DType::Bool, &[2], &[1.0, 1.0])]).refused(Code::Dtype),
        ]
    },
    method: true,
};
