//! `heaviside`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "heaviside",
    version: 1,
    group: "math",
    doc: "0 where `a` is negative, `b` where it is 0, 1 where it is positive; NaN stays NaN. The gradient of `a` is zero. As \
          `numpy.heaviside`.",
    args: &[Arg::float("a"), Arg::float("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| {
        let (a, b) = (cx.x(0), cx.x(1));
        let (zero, one) = (a.c(0.0), a.c(1.0));
        let sides = a.gt(&zero).select(&one, &a.lt(&zero).select(&zero, &a));
        Ok(vec![a.eq(&zero).select(&b, &sides)])
    }),
    vjp: Vjp::Elementwise(|cx| {
        let (a, dy) = (cx.x(0), cx.x(3));
        let zero = a.c(0.0);
        Ok(vec![zero.clone(), a.eq(&zero).select(&dy, &zero)])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.1), floats(&[2, 3], -1.0, 1.0)]),
            sample(vec![floats(&[2, 3], -2.0, 2.1), floats(&[3], -1.0, 1.0)]),
            sample(vec![values(DType::F32, &[4], &[0.0, -0.0, f64::NAN, -1.0]), values(DType::F32, &[4], &[0.5, 2.0, 0.5, 0.5])])
                .no_grad(),
            sample(vec![floats(&[2, 3], 0.5, 2.0), floats(&[4], 0.5, 1.0)]).refused(Code::Shape),
        ]
    },
    method: true,
};
