//! `fmax`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "fmax",
    version: 1,
    group: "math",
    doc: "The greater of `a` and `b`, and the other where one is NaN. Where they are equal the gradient goes to `a`. As \
          `numpy.fmax`.",
    args: &[Arg::common("a"), Arg::common("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise,
    lower: Lower::Elementwise(|cx| {
        let (a, b) = (cx.x(0), cx.x(1));
        Ok(vec![match a.dtype() {
            DType::Bool => a.or(&b),
            d if d.is_float() => a.ne(&a).select(&b, &b.ne(&b).select(&a, &a.max(&b))),
            _ => a.max(&b),
        }])
    }),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.0), floats(&[2, 3], -1.0, 1.1)]),
            sample(vec![floats(&[2, 3], -2.0, 2.0), floats(&[3], -1.0, 1.1)]),
            sample(vec![
                values(DType::F32, &[3], &[f64::NAN, 1.0, f64::NAN]),
                values(DType::F32, &[3], &[2.0, f64::NAN, f64::NAN]),
            ])
            .no_grad(),
            sample(vec![values(DType::I32, &[2], &[1.0, -3.0]), values(DType::I32, &[2], &[2.0, -4.0])]).no_grad(),
            sample(vec![values(DType::Bool, &[3], &[0.0, 1.0, 0.0]), values(DType::Bool, &[3], &[1.0, 1.0, 0.0])]).no_grad(),
            sample(vec![floats(&[2, 3], 0.5, 2.0), floats(&[4], 0.5, 1.0)]).refused(Code::Shape),
        ]
    },
    method: true,
};
