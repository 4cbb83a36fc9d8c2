//! `linspace`

use crate::op::{Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, sample};
use crate::{Code, DType, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "linspace",
    version: 1,
    group: "creation",
    doc: "`num` evenly spaced numbers from `start` to `stop`, which is the last one unless `endpoint` is false.",
    args: &[],
    attrs: &[
        Attr::required("start", AttrKind::F64),
        Attr::required("stop", AttrKind::F64),
        Attr::required("num", AttrKind::I64),
        Attr::optional("endpoint", AttrKind::Bool, Default::Bool(true)),
        Attr::optional("dtype", AttrKind::DType, Default::DType(DType::F32)),
    ],
    outputs: ONE,
    infer: |cx| Ok(vec![Type::new(cx.attrs.dtype("dtype")?, Shape::of(&[cx.attrs.usize("num")?]))]),
    lower: Lower::Kernel,
    vjp: Vjp::None("it has no tensor argument"),
    samples: || {
        let s = |n: i64| sample(vec![]).attr("start", 1.0.into()).attr("stop", 3.0.into()).attr("num", n.into());
        vec![
            s(5).no_grad(),
            s(5).attr("endpoint", false.into()).no_grad(),
            s(1).no_grad(),
            s(0).no_grad(),
            s(4).attr("dtype", DType::I32.into()).no_grad(),
            s(-1).refused(Code::Option),
        ]
    },
    method: false,
};
