//! `logical_or`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "logical_or",
    version: 1,
    group: "logic",
    doc: "True where `a` or `b` is true (not 0; NaN is true). Takes any dtypes, gives bool. As `numpy.logical_or`.",
    args: &[Arg::one("a"), Arg::one("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::predicate,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).cast(DType::Bool).or(&cx.x(1).cast(DType::Bool))])),
    vjp: Vjp::None("gives bool"),
    samples: || {
        vec![
            sample(vec![values(DType::Bool, &[4], &[0.0, 0.0, 1.0, 1.0]), values(DType::Bool, &[4], &[0.0, 1.0, 0.0, 1.0])])
                .no_grad(),
            sample(vec![values(DType::F32, &[3], &[0.0, -2.0, f64::NAN]), values(DType::I32, &[3], &[0.0, 3.0, 0.0])]).no_grad(),
            sample(vec![floats(&[2, 3], 0.5, 2.0), floats(&[4], 0.5, 1.0)]).refused(Code::Shape),
        ]
    },
    method: true,
};
