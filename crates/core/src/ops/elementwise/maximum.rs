//! `maximum`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "maximum",
    version: 1,
    group: "math",
    doc: "The greater of `a` and `b`, NaN where either is. Where they are equal the gradient goes to `a`, as in \
          TensorFlow. As `numpy.maximum`.",
    args: &[Arg::common("a"), Arg::common("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise,
    lower: Lower::Elementwise(|cx| {
        let (a, b) = (cx.x(0), cx.x(1));
        Ok(vec![if a.dtype() == DType::Bool { a.or(&b) } else { a.max(&b) }])
    }),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.0), floats(&[2, 3], -1.0, 1.1)]),
            sample(vec![floats(&[2, 3], -2.0, 2.0), floats(&[3], -1.0, 1.1)]),
            sample(vec![values(DType::Bool, &[3], &[0.0, 1.0, 0.0]), values(DType::Bool, &[3], &[1.0, 1.0, 0.0])]).no_grad(),
            sample(vec![floats(&[2, 3], 0.5, 2.0), floats(&[4], 0.5, 1.0)]).refused(Code::Shape),
        ]
    },
    method: true,
};
