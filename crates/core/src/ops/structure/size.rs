//! `size`

use crate::infer::normalize_axes;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::{DType, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "size",
    version: 1,
    group: "shape",
    doc: "The number of elements of `x` along `axis` (an axis, several, or all when absent), as a scalar of `dtype`.",
    args: &[Arg::one("x")],
    attrs: &[
        Attr::optional("axis", AttrKind::I64s, Default::Absent),
        Attr::optional("dtype", AttrKind::DType, Default::DType(DType::I32)),
    ],
    outputs: ONE,
    infer: |cx| {
        normalize_axes(cx.attrs, "axis", cx.input(0)?.shape.rank())?;
        Ok(vec![Type::new(cx.attrs.dtype("dtype")?, Shape::scalar())])
    },
    lower: Lower::Kernel,
    vjp: Vjp::None("a size does not depend on the elements"),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3, 4], -2.0, 2.0)]).no_grad(),
            sample(vec![floats(&[2, 3, 4], -2.0, 2.0)]).i64s("axis", &[0, -1]).attr("dtype", DType::F32.into()).no_grad(),
        ]
    },
    method: false,
};
