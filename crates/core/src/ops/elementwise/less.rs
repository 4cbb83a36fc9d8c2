//! `less`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "less",
    version: 1,
    group: "logic",
    doc: "`a < b` as bool, elementwise with broadcasting; false where either is NaN. As `numpy.less`.",
    args: &[Arg::common("a"), Arg::common("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::predicate,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).lt(&cx.x(1))])),
    vjp: Vjp::None("gives bool"),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.0), floats(&[2, 3], -1.0, 1.0)]).no_grad(),
            sample(vec![values(DType::F32, &[4], &[1.0, f64::NAN, -0.0, 2.0]), values(DType::F32, &[4], &[1.0, 1.0, 0.0, 1.0])])
                .no_grad(),
            sample(vec![values(DType::Bool, &[3], &[0.0, 1.0, 0.0]), values(DType::Bool, &[3], &[0.0, 0.0, 1.0])]).no_grad(),
            sample(vec![floats(&[2, 3], 0.5, 2.0), floats(&[4], 0.5, 1.0)]).refused(Code::Shape),
        ]
    },
    method: true,
};
