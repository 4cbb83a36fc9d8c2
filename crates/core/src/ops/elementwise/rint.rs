//! `rint`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, sample, values};

pub static DEF: OpDef = OpDef {
    name: "rint",
    version: 1,
    group: "math",
    doc: "`x` rounded to the nearest integer, halves to even; integers and bools are converted to f32. Its gradient is \
          zero. As `numpy.rint`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).round()])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![values(DType::F32, &[4], &[-2.7, -0.3, 0.4, 1.6])]),
            sample(vec![values(DType::F32, &[5], &[-2.5, -1.5, -0.0, 0.5, 1.5])]).no_grad(),
        ]
    },
    method: true,
};
