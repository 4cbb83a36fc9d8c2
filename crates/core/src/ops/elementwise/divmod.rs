//! `divmod`

use crate::infer;
use crate::op::{Arg, Lower, OpDef, Outputs, Vjp, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "divmod",
    version: 1,
    group: "math",
    doc: "The `quotient` of `floorDivide(a, b)` and the `remainder` of `remainder(a, b)`. Bools are refused. As `numpy.divmod`.",
    args: &[Arg::common("a"), Arg::common("b")],
    attrs: &[],
    outputs: Outputs::Named(&["quotient", "remainder"]),
    infer: |cx| {
        let types = infer::elementwise_numeric(cx)?;
        Ok([types.clone(), types].concat())
    },
    lower: Lower::Elementwise(|cx| {
        let (a, b) = (cx.x(0), cx.x(1));
        Ok(vec![a.floor_div(&b), a.modulo(&b)])
    }),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![values(DType::F32, &[4], &[7.0, -7.0, 7.5, -7.5]), values(DType::F32, &[4], &[2.0, 2.0, -2.0, -2.0])]),
            sample(vec![values(DType::I32, &[4], &[7.0, -7.0, 7.0, -7.0]), values(DType::I32, &[4], &[2.0, 2.0, -2.0, 0.0])])
                .no_grad(),
            sample(vec![values(DType::Bool, &[2], &[0.0, 1.0]), values(DType::Bool, &[2], &[1.0, 1.0])]).refused(Code::Dtype),
        ]
    },
    method: true,
};
