//! `round`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, sample, values};

pub static DEF: OpDef = OpDef {
    name: "round",
    version: 1,
    group: "math",
    doc: "`x` rounded to the nearest integer, halves to even, in its own dtype; integers and bools stay as they are. \
          Its gradient is zero. As `numpy.round`.",
    args: &[Arg::one("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise,
    lower: Lower::Elementwise(|cx| {
        let x = cx.x(0);
        Ok(vec![if x.dtype().is_float() { x.round() } else { x }])
    }),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![values(DType::F32, &[4], &[-2.7, -0.3, 0.4, 1.6])]),
            sample(vec![values(DType::F32, &[6], &[-2.5, -1.5, -0.0, 0.5, 1.5, 1e30])]).no_grad(),
            sample(vec![values(DType::I32, &[2], &[-3.0, 4.0])]).no_grad(),
        ]
    },
    method: true,
};
