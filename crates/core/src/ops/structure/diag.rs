//! `diag`

use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::vjp::Grad;
use crate::{Code, Dim, Result, Type};

pub static DEF: OpDef = OpDef {
    name: "diag",
    version: 1,
    group: "shape",
    doc: "Matrices of zeros with the last axis of `x` on the diagonal `offset` (above the main one if positive). They are square \
          and as small as that allows, unless `size` gives rows and columns.",
    args: &[Arg::one("x")],
    attrs: &[Attr::optional("offset", AttrKind::I64, Default::I64(0)), Attr::optional("size", AttrKind::Dims, Default::Absent)],
    outputs: ONE,
    infer,
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let dy = cx.dy(0)?;
        let offset = cx.attrs.get("offset").clone();
        Ok(vec![Some(Grad::Dense(cx.op("diag_part", &[dy], &[("offset", offset)])?))])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[3], -2.0, 2.0)]),
            sample(vec![floats(&[2, 3], -2.0, 2.0)]).attr("offset", (-1i64).into()),
            sample(vec![floats(&[2], -2.0, 2.0)]).attr("offset", 1i64.into()).dims("size", &[2, 2]).refused(Code::Shape),
            sample(vec![floats(&[2], -2.0, 2.0)]).attr("offset", 1i64.into()).dims("size", &[2, 3]),
            sample(vec![floats(&[], -2.0, 2.0)]).refused(Code::Shape),
        ]
    },
    method: true,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let t = cx.input(0)?;
    let offset = cx.attrs.i64("offset")?;
    let last = cx.axis(-1, t.shape.rank())?;
    let mut shape = t.shape.clone();
    shape.0.truncate(last);
    if !cx.attrs.has("size") {
        let n = t.shape[last].add(offset.unsigned_abs() as usize);
        shape.0.extend([n.clone(), n]);
        return Ok(vec![Type::new(t.dtype, shape)]);
    }
    let [rows, columns] = cx.attrs.dims("size")? else {
        return Err(cx.error(Code::Option, "size: expected [rows, columns]"));
    };
    shape.0.extend([rows.clone(), columns.clone()]);
    let length = super::diag_part::length(rows, columns, offset);
    if let (Dim::Known(have), Dim::Known(room)) = (&t.shape[last], &length)
        && have != room
    {
        let message =
            format!("{have} elements do not fill diagonal {offset} of {rows} rows and {columns} columns, which has {room}");
        return Err(cx.error(Code::Shape, message));
    }
    cx.same_dim(&t.shape[last], &length, "diagonal")?;
    Ok(vec![Type::new(t.dtype, shape)])
}
