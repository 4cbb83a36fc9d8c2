//! `gcd`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "gcd",
    version: 1,
    group: "math",
    doc: "The greatest common divisor of `|a|` and `|b|`; `gcd(a, 0)` is `|a|`. Floats and bools are refused. As `numpy.gcd`.",
    args: &[Arg::common("a"), Arg::common("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_ints,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).gcd(&cx.x(1))])),
    vjp: Vjp::None("takes integers"),
    samples: || {
        vec![
            sample(vec![
                values(DType::I32, &[5], &[12.0, -18.0, 0.0, 7.0, 0.0]),
                values(DType::I32, &[5], &[18.0, 12.0, -5.0, 0.0, 0.0]),
            ])
            .no_grad(),
            sample(vec![values(DType::I64, &[2, 2], &[6.0, 35.0, 64.0, 97.0]), values(DType::I64, &[2], &[4.0, 14.0])]).no_grad(),
            sample(vec![floats(&[2], 1.0, 2.0), floats(&[2], 1.0, 2.0)]).refused(Code::Dtype),
        ]
    },
    method: true,
};
