//! `xlogy`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "xlogy",
    version: 1,
    group: "math",
    doc: "`a * log(b)`, and 0 where `a` is 0 and `b` any number; NaN stays NaN. As `scipy.special.xlogy`.",
    args: &[Arg::float("a"), Arg::float("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| {
        let (a, b) = (cx.x(0), cx.x(1));
        Ok(vec![a.eq(&a.c(0.0)).and(&b.eq(&b)).select(&a.c(0.0), &(&a * b.log()))])
    }),
    vjp: Vjp::Elementwise(|cx| {
        let (a, b, dy) = (cx.x(0), cx.x(1), cx.x(3));
        let zero = a.c(0.0);
        let no_a = a.eq(&zero);
        let da = no_a.and(&b.le(&zero)).select(&zero, &(&dy * b.log()));
        let db = no_a.select(&zero, &(&dy * (&a / &b)));
        Ok(vec![da, db])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.1), floats(&[2, 3], 0.5, 3.0)]),
            sample(vec![values(DType::F32, &[3], &[0.0, 0.0, 1.0]), values(DType::F32, &[3], &[0.0, 2.0, 0.0])]).no_grad(),
            sample(vec![floats(&[2, 3], 0.5, 2.0), floats(&[4], 0.5, 1.0)]).refused(Code::Shape),
        ]
    },
    method: true,
};
