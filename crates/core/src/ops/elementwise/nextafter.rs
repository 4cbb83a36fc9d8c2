//! `nextafter`

use crate::expr::floats::next_after;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "nextafter",
    version: 1,
    group: "math",
    doc: "The next number of the dtype after `a` on the way to `b`, `b` where they are equal, NaN where either is. As \
          `numpy.nextafter`.",
    args: &[Arg::float("a"), Arg::float("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![next_after(&cx.x(0), &cx.x(1))])),
    vjp: Vjp::None("steps through the numbers that a dtype has, which no derivative describes"),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.0), floats(&[3], -1.0, 1.0)]).no_grad(),
            sample(vec![
                values(DType::F32, &[5], &[0.0, -0.0, 1.0, f64::INFINITY, f64::NAN]),
                values(DType::F32, &[5], &[-1.0, 0.0, 1.0, 0.0, 1.0]),
            ])
            .no_grad(),
            sample(vec![floats(&[2, 3], 0.5, 2.0), floats(&[4], 0.5, 1.0)]).refused(Code::Shape),
        ]
    },
    method: true,
};
