//! `trunc_divide`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "trunc_divide",
    version: 1,
    group: "math",
    doc: "`a / b` rounded towards zero, in integers; `x / 0` is 0. Floats and bools are refused (use `trunc(a / b)`). \
          As `tf.truncatediv`.",
    args: &[Arg::common("a"), Arg::common("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_ints,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0) / cx.x(1)])),
    vjp: Vjp::None("takes integers"),
    samples: || {
        vec![
            sample(vec![values(DType::I32, &[4], &[7.0, -7.0, 7.0, -7.0]), values(DType::I32, &[4], &[2.0, 2.0, -2.0, 0.0])])
                .no_grad(),
            sample(vec![floats(&[2], 1.0, 2.0), floats(&[2], 1.0, 2.0)]).refused(Code::Dtype),
        ]
    },
    method: true,
};
