//! `diag_part`

use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::axes::dims_attr;
use crate::vjp::Grad;
use crate::{Code, Dim, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "diag_part",
    version: 1,
    group: "shape",
    doc: "The diagonal `offset` (above the main one if positive) of the matrices in the last two axes of `x`.",
    args: &[Arg::one("x")],
    attrs: &[Attr::optional("offset", AttrKind::I64, Default::I64(0))],
    outputs: ONE,
    infer: |cx| {
        let t = cx.input(0)?;
        let Some(lead) = t.shape.rank().checked_sub(2) else {
            return Err(cx.error(Code::Shape, format!("expected matrices, received shape {}", t.shape)));
        };
        let n = length(&t.shape[lead], &t.shape[lead + 1], cx.attrs.i64("offset")?);
        let shape: Shape = t.shape.dims()[..lead].iter().cloned().chain([n]).collect();
        Ok(vec![Type::new(t.dtype, shape)])
    },
    lower: Lower::View,
    vjp: Vjp::Rule(|cx| {
        let dy = cx.dy(0)?;
        let shape = cx.x_type(0).shape;
        let size = dims_attr(&shape.dims()[shape.rank() - 2..]);
        let offset = cx.attrs.get("offset").clone();
        Ok(vec![Some(Grad::Dense(cx.op("diag", &[dy], &[("offset", offset), ("size", size)])?))])
    }),
    samples: || {
        let x = || vec![floats(&[3, 4], -2.0, 2.0)];
        vec![
            sample(x()),
            sample(x()).attr("offset", 1i64.into()),
            sample(x()).attr("offset", (-2i64).into()),
            sample(x()).attr("offset", 9i64.into()),
            sample(vec![floats(&[2, 3, 3], -2.0, 2.0)]),
            sample(vec![floats(&[3], -2.0, 2.0)]).refused(Code::Shape),
        ]
    },
    method: true,
};

/// Elements on diagonal `offset` of a matrix.
pub(super) fn length(rows: &Dim, columns: &Dim, offset: i64) -> Dim {
    let k = offset.unsigned_abs() as usize;
    let (a, b) = if offset < 0 { (rows.sub(k), columns.clone()) } else { (rows.clone(), columns.sub(k)) };
    // min(a, b)
    match (&a, &b) {
        (Dim::Known(a), Dim::Known(b)) => Dim::Known(*a.min(b)),
        _ if a == b => a,
        _ => a.sub(a.sub(b)),
    }
}
