//! `iota`

use crate::op::{Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, sample};
use crate::{Code, DType, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "iota",
    version: 1,
    group: "creation",
    doc: "Each element is its own index along `axis` of `shape`.",
    args: &[],
    attrs: &[
        Attr::required("shape", AttrKind::Dims),
        Attr::optional("axis", AttrKind::I64, Default::I64(0)),
        Attr::optional("dtype", AttrKind::DType, Default::DType(DType::I32)),
    ],
    outputs: ONE,
    infer: |cx| {
        let shape: Shape = cx.attrs.dims("shape")?.iter().cloned().collect();
        cx.axis(cx.attrs.i64("axis")?, shape.rank())?;
        Ok(vec![Type::new(cx.attrs.dtype("dtype")?, shape)])
    },
    lower: Lower::Kernel,
    vjp: Vjp::None("it has no tensor argument"),
    samples: || {
        vec![
            sample(vec![]).dims("shape", &[5]).no_grad(),
            sample(vec![]).dims("shape", &[2, 3]).attr("axis", (-1i64).into()).attr("dtype", DType::F32.into()).no_grad(),
            sample(vec![]).dims("shape", &[2, 3, 2]).attr("axis", 1i64.into()).attr("dtype", DType::I64.into()).no_grad(),
            sample(vec![]).dims("shape", &[]).refused(Code::Shape),
        ]
    },
    method: false,
};
