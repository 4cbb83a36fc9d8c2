//! `spacing`

use crate::DType;
use crate::expr::floats;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats as range, sample, values};

pub static DEF: OpDef = OpDef {
    name: "spacing",
    version: 1,
    group: "math",
    doc: "The distance from `x` to the next number of the dtype away from 0, with the sign of `x`; NaN for infinities. Its \
          gradient is zero. As `numpy.spacing`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![floats::spacing(&cx.x(0))])),
    vjp: Vjp::Elementwise(|cx| Ok(vec![cx.x(0).c(0.0)])),
    samples: || {
        vec![
            sample(vec![range(&[2, 3], -3.0, 2.9)]),
            sample(vec![values(DType::F32, &[4], &[0.0, -0.0, f64::INFINITY, f64::NAN])]).no_grad(),
        ]
    },
    method: true,
};
