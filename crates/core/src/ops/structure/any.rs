//! `any`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, sample, values};
use crate::rules::reduce;
use crate::{DType, Type};

pub static DEF: OpDef = OpDef {
    name: "any",
    version: 1,
    group: "reduce",
    doc: "Is any element over `axis` other than 0 (NaN counts)? Over an axis, several, or all when absent; over nothing it is false. Gives bool.",
    args: &[Arg::one("x")],
    attrs: reduce::ATTRS,
    outputs: ONE,
    infer: |cx| {
        let t = cx.input(0)?;
        Ok(vec![Type::new(DType::Bool, infer::reduced_shape(cx, &t.shape)?)])
    },
    lower: Lower::Kernel,
    vjp: Vjp::None("the result is a truth value"),
    samples: || {
        let x = || vec![values(DType::Bool, &[2, 3], &[1.0, 0.0, 1.0, 1.0, 1.0, 1.0])];
        vec![
            sample(x()).no_grad(),
            sample(x()).i64s("axis", &[1]).no_grad(),
            sample(x()).i64s("axis", &[0]).attr("keepdims", true.into()).no_grad(),
            sample(vec![values(DType::F32, &[3], &[0.0, f64::NAN, 0.0])]).no_grad(),
            sample(vec![values(DType::Bool, &[0], &[])]).no_grad(),
        ]
    },
    method: true,
};
