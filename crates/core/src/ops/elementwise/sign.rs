//! `sign`

use crate::expr::forms;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "sign",
    version: 1,
    group: "math",
    doc: "−1, 0 or 1 by the sign of `x`; NaN stays NaN. Bools are refused. Its gradient is zero. As `numpy.sign`.",
    args: &[Arg::one("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_numeric,
    lower: Lower::Elementwise(|cx| Ok(vec![forms::sign(&cx.x(0))])),
    vjp: Vjp::Elementwise(|cx| Ok(vec![cx.x(0).c(0.0)])),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.1)]),
            sample(vec![values(DType::F32, &[3], &[-0.0, f64::NAN, 0.0])]).no_grad(),
            sample(vec![values(DType::I8, &[3], &[-128.0, 0.0, 3.0])]).no_grad(),
            sample(vec![values(DType::Bool, &[2], &[0.0, 1.0])]).refused(Code::Dtype),
        ]
    },
    method: true,
};
