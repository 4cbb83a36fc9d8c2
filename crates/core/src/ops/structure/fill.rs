//! `fill`

use crate::op::{Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, sample};
use crate::{DType, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "fill",
    version: 1,
    group: "creation",
    doc: "A tensor of `shape` whose every element is `value`.",
    args: &[],
    attrs: &[
        Attr::required("shape", AttrKind::Dims),
        Attr::required("value", AttrKind::F64),
        Attr::optional("dtype", AttrKind::DType, Default::DType(DType::F32)),
    ],
    outputs: ONE,
    infer: |cx| Ok(vec![Type::new(cx.attrs.dtype("dtype")?, cx.attrs.dims("shape")?.iter().cloned().collect())]),
    lower: Lower::Composite(|b, _, attrs| {
        let value = b.scalar(attrs.f64("value")?, attrs.dtype("dtype")?);
        let shape: Shape = attrs.dims("shape")?.iter().cloned().collect();
        Ok(vec![b.broadcast_to(value, &shape)?])
    }),
    vjp: Vjp::None("it has no tensor argument"),
    samples: || {
        vec![
            sample(vec![]).dims("shape", &[2, 3]).attr("value", 1.5.into()).no_grad(),
            sample(vec![]).dims("shape", &[]).attr("value", 7.0.into()).attr("dtype", DType::I32.into()).no_grad(),
            sample(vec![]).dims("shape", &[0, 2]).attr("value", 7.0.into()).attr("dtype", DType::Bool.into()).no_grad(),
        ]
    },
    method: false,
};
