//! `argsort`

use crate::op::{Arg, Lower, ONE, OpDef, Vjp};
use crate::rules::order;
use crate::{DType, Sample, Type};

pub static DEF: OpDef = OpDef {
    name: "argsort",
    version: 1,
    group: "sort",
    doc: "The indices (i32) that put `x` in increasing (`descending`: decreasing) order along `axis`. Equal elements keep their \
          order; NaN comes last either way.",
    args: &[Arg::one("x")],
    attrs: order::ATTRS,
    outputs: ONE,
    infer: |cx| {
        let t = cx.input(0)?;
        cx.axis(cx.attrs.i64("axis")?, t.shape.rank())?;
        Ok(vec![Type::new(DType::I32, t.shape.clone())])
    },
    lower: Lower::Kernel,
    vjp: Vjp::None("an index is not continuous"),
    samples: || order::samples().into_iter().map(Sample::no_grad).collect(),
    method: true,
};
