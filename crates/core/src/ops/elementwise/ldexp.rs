//! `ldexp`

use crate::expr::floats::scaled;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "ldexp",
    version: 1,
    group: "math",
    doc: "`x · 2^exponent` for integers `exponent`, rounded once. As `numpy.ldexp`.",
    args: &[Arg::float("x"), Arg::one("exponent")],
    attrs: &[],
    outputs: ONE,
    infer: |cx| {
        cx.need_dtype(1, DType::is_int, "an integer dtype")?;
        infer::elementwise(cx)
    },
    lower: Lower::Elementwise(|cx| Ok(vec![scaled(&cx.x(0), &cx.x(1))])),
    vjp: Vjp::Elementwise(|cx| {
        let (x, exponent, dy) = (cx.x(0), cx.x(1), cx.x(3));
        Ok(vec![scaled(&dy, &exponent), x.c(0.0)])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.0), values(DType::I32, &[3], &[3.0, 0.0, -2.0])]),
            sample(vec![values(DType::F32, &[3], &[1.0, 1.5, f64::INFINITY]), values(DType::I8, &[3], &[-127.0, 127.0, -3.0])])
                .no_grad(),
            sample(vec![floats(&[2], 1.0, 2.0), floats(&[2], 1.0, 2.0)]).refused(Code::Dtype),
        ]
    },
    method: true,
};
