//! `split`

use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, OpDef, Outputs, Vjp, floats, sample};
use crate::vjp::Grad;
use crate::{Code, Dim, Result, Type};

pub static DEF: OpDef = OpDef {
    name: "split",
    version: 1,
    group: "shape",
    doc: "`x` cut along `axis` into parts of these `sizes`, which must add up to the axis. Gives a list.",
    args: &[Arg::one("x")],
    attrs: &[Attr::required("sizes", AttrKind::Dims), Attr::optional("axis", AttrKind::I64, Default::I64(0))],
    outputs: Outputs::List("parts"),
    infer,
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let mut parts = Vec::new();
        for i in 0..cx.outputs.len() {
            parts.push(cx.dy(i)?);
        }
        let axis = cx.attrs.get("axis").clone();
        Ok(vec![Some(Grad::Dense(cx.op("concat", &parts, &[("axis", axis)])?))])
    }),
    samples: || {
        let x = || vec![floats(&[4, 6], -2.0, 2.0)];
        vec![
            sample(x()).dims("sizes", &[1, 3]),
            sample(x()).dims("sizes", &[2, 0, 4]).attr("axis", (-1i64).into()),
            sample(x()).dims("sizes", &[1, 2]).refused(Code::Shape),
            sample(x()).dims("sizes", &[]).refused(Code::Option),
        ]
    },
    method: true,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let t = cx.input(0)?;
    let axis = cx.axis(cx.attrs.i64("axis")?, t.shape.rank())?;
    let sizes = cx.attrs.dims("sizes")?;
    if sizes.is_empty() {
        return Err(cx.error(Code::Option, "expected at least one size, received none"));
    }
    let total = sizes.iter().fold(Dim::Known(0), |n, d| n.add(d));
    cx.same_dim(&t.shape[axis], &total, "sum of sizes against axis")?;
    let part = |d: &Dim| {
        let mut shape = t.shape.clone();
        shape.0[axis] = d.clone();
        Type::new(t.dtype, shape)
    };
    Ok(sizes.iter().map(part).collect())
}
