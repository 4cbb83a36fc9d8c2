//! `right_shift`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "right_shift",
    version: 1,
    group: "bits",
    doc: "`a >> b`, keeping the sign; counts of the width and more (and negative ones) leave only the sign. Floats and \
          bools are refused. As `numpy.right_shift`.",
    args: &[Arg::common("a"), Arg::common("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_ints,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).shr(&cx.x(1))])),
    vjp: Vjp::None("takes integers"),
    samples: || {
        vec![
            sample(vec![values(DType::I32, &[4], &[64.0, -64.0, -1.0, 5.0]), values(DType::I32, &[4], &[4.0, 3.0, 40.0, 32.0])])
                .no_grad(),
            sample(vec![values(DType::U8, &[2], &[64.0, 200.0]), values(DType::U8, &[2], &[4.0, 9.0])]).no_grad(),
            sample(vec![floats(&[2], 1.0, 2.0), floats(&[2], 1.0, 2.0)]).refused(Code::Dtype),
        ]
    },
    method: true,
};
