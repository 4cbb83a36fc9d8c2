//! `where`

use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType, Type};

pub static DEF: OpDef = OpDef {
    name: "where",
    version: 1,
    group: "logic",
    doc: "`a` where `condition` is true (not 0), else `b`; all three broadcast. As `numpy.where` with three arguments.",
    args: &[Arg::one("condition"), Arg::common("a"), Arg::common("b")],
    attrs: &[],
    outputs: ONE,
    infer: |cx| Ok(vec![Type::new(cx.input(1)?.dtype, cx.broadcast_all()?)]),
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).cast(DType::Bool).select(&cx.x(1), &cx.x(2))])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![values(DType::Bool, &[3], &[1.0, 0.0, 1.0]), floats(&[2, 3], -2.0, 2.0), floats(&[2, 1], -1.0, 1.0)]),
            sample(vec![
                values(DType::I32, &[2], &[3.0, 0.0]),
                values(DType::F32, &[2], &[1.0, f64::INFINITY]),
                values(DType::F32, &[2], &[f64::NAN, 2.0]),
            ])
            .no_grad(),
            sample(vec![values(DType::Bool, &[2], &[1.0, 0.0]), floats(&[3], -2.0, 2.0), floats(&[3], -1.0, 1.0)])
                .refused(Code::Shape),
        ]
    },
    method: false,
};
