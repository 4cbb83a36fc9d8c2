//! `left_shift`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "left_shift",
    version: 1,
    group: "bits",
    doc: "`a << b`; counts of the width and more (and negative ones) give 0. Floats and bools are refused. As \
          `numpy.left_shift`.",
    args: &[Arg::common("a"), Arg::common("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_ints,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).shl(&cx.x(1))])),
    vjp: Vjp::None("takes integers"),
    samples: || {
        vec![
            sample(vec![values(DType::I32, &[4], &[1.0, 3.0, -1.0, 5.0]), values(DType::I32, &[4], &[4.0, 31.0, 2.0, 32.0])])
                .no_grad(),
            sample(vec![floats(&[2], 1.0, 2.0), floats(&[2], 1.0, 2.0)]).refused(Code::Dtype),
        ]
    },
    method: true,
};
