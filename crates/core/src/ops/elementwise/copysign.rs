//! `copysign`

use crate::expr::forms;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "copysign",
    version: 1,
    group: "math",
    doc: "The magnitude of `a` with the sign of `b` (of −0 and NaN too). As `numpy.copysign`.",
    args: &[Arg::float("a"), Arg::float("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![forms::copysign(&cx.x(0), &cx.x(1))])),
    vjp: Vjp::Elementwise(|cx| {
        let (a, b, dy) = (cx.x(0), cx.x(1), cx.x(3));
        let zero = a.c(0.0);
        let same = forms::signbit(&a).eq(&forms::signbit(&b));
        let da = a.eq(&zero).select(&zero, &same.select(&dy, &-dy.clone()));
        Ok(vec![da, zero])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.2), floats(&[3], -1.0, 1.3)]),
            sample(vec![values(DType::F32, &[3], &[1.0, -1.0, 0.0]), values(DType::F32, &[3], &[-0.0, 0.0, -1.0])]).no_grad(),
            sample(vec![floats(&[2, 3], 0.5, 2.0), floats(&[4], 0.5, 1.0)]).refused(Code::Shape),
        ]
    },
    method: true,
};
