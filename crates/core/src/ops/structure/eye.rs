//! `eye`

use crate::op::{Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, sample};
use crate::rules::index::iota;
use crate::{AttrsRef, Code, DType, Result, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "eye",
    version: 1,
    group: "creation",
    doc: "A matrix with 1 on its main diagonal and 0 elsewhere; square when `columns` is absent.",
    args: &[],
    attrs: &[
        Attr::required("rows", AttrKind::I64),
        Attr::optional("columns", AttrKind::I64, Default::Absent),
        Attr::optional("dtype", AttrKind::DType, Default::DType(DType::F32)),
    ],
    outputs: ONE,
    infer: |cx| Ok(vec![Type::new(cx.attrs.dtype("dtype")?, Shape::of(&size(cx.attrs)?))]),
    lower: Lower::Composite(|b, _, attrs| {
        let [rows, columns] = size(attrs)?;
        let row = iota(b, &Shape::of(&[rows, 1]), 0, DType::I32)?;
        let column = iota(b, &Shape::of(&[1, columns]), 1, DType::I32)?;
        let same = b.equal(row, column)?;
        Ok(vec![b.cast(same, attrs.dtype("dtype")?)?])
    }),
    vjp: Vjp::None("it has no tensor argument"),
    samples: || {
        vec![
            sample(vec![]).attr("rows", 3i64.into()).no_grad(),
            sample(vec![]).attr("rows", 2i64.into()).attr("columns", 4i64.into()).attr("dtype", DType::I32.into()).no_grad(),
            sample(vec![]).attr("rows", (-1i64).into()).refused(Code::Option),
        ]
    },
    method: false,
};

fn size(attrs: AttrsRef<'_>) -> Result<[usize; 2]> {
    let rows = attrs.usize("rows")?;
    Ok([rows, if attrs.has("columns") { attrs.usize("columns")? } else { rows }])
}
