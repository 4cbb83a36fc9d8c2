//! `max`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::rules::reduce;
use crate::vjp::Grad;
use crate::{Code, DType, Type};

pub static DEF: OpDef = OpDef {
    name: "max",
    version: 1,
    group: "reduce",
    doc: "Largest element over `axis` (an axis, several, or all when absent); NaN if one is NaN. An empty axis is refused. The \
          gradient is shared evenly by elements that are equally largest.",
    args: &[Arg::one("x")],
    attrs: reduce::ATTRS,
    outputs: ONE,
    infer: |cx| {
        let t = cx.input(0)?;
        reduce::refuse_empty(cx, &t.shape)?;
        Ok(vec![Type::new(t.dtype, infer::reduced_shape(cx, &t.shape)?)])
    },
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| Ok(vec![Some(Grad::Dense(reduce::split_ties(cx)?))])),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3, 4], -2.0, 2.0)]),
            sample(vec![floats(&[2, 3, 4], -2.0, 2.0)]).i64s("axis", &[1]),
            sample(vec![floats(&[2, 3, 4], -2.0, 2.0)]).i64s("axis", &[0, -1]).attr("keepdims", true.into()),
            sample(vec![values(DType::F32, &[2, 2], &[1.0, f64::NAN, 3.0, 2.0])]).i64s("axis", &[1]).no_grad(),
            sample(vec![values(DType::I32, &[4], &[3.0, -7.0, 7.0, 1.0])]).no_grad(),
            sample(vec![floats(&[0, 3], -2.0, 2.0)]).i64s("axis", &[1]),
            sample(vec![floats(&[0, 3], -2.0, 2.0)]).i64s("axis", &[0]).refused(Code::Shape),
        ]
    },
    method: true,
};
