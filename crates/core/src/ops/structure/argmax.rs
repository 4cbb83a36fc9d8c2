//! `argmax`

use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType, Dim, Result, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "argmax",
    version: 1,
    group: "reduce",
    doc: "Index (i32) of the largest element along `axis`, or in the flattened tensor when absent. The first one of equals; the \
          first NaN if there is one. An empty axis is refused.",
    args: &[Arg::one("x")],
    attrs: &[
        Attr::optional("axis", AttrKind::I64, Default::Absent),
        Attr::optional("keepdims", AttrKind::Bool, Default::Bool(false)),
    ],
    outputs: ONE,
    infer,
    lower: Lower::Kernel,
    vjp: Vjp::None("an index is not continuous"),
    samples: || {
        let x = || vec![floats(&[3, 4, 2], -2.0, 2.0)];
        vec![
            sample(x()).no_grad(),
            sample(x()).attr("axis", 1i64.into()).no_grad(),
            sample(x()).attr("axis", (-1i64).into()).attr("keepdims", true.into()).no_grad(),
            sample(x()).attr("keepdims", true.into()).no_grad(),
            sample(vec![values(DType::F32, &[2, 3], &[1.0, f64::NAN, f64::NAN, 5.0, 5.0, 1.0])])
                .attr("axis", 1i64.into())
                .no_grad(),
            sample(vec![values(DType::I32, &[4], &[2.0, -3.0, 2.0, -3.0])]).no_grad(),
            sample(vec![floats(&[0, 2], -2.0, 2.0)]).attr("axis", 0i64.into()).refused(Code::Shape),
        ]
    },
    method: true,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let t = cx.input(0)?;
    let keep = cx.attrs.bool("keepdims")?;
    let axis = match cx.attrs.has("axis") {
        true => Some(cx.axis(cx.attrs.i64("axis")?, t.shape.rank())?),
        false => None,
    };
    let reduced = |i: usize| axis.is_none_or(|a| a == i);
    if let Some(i) = (0..t.shape.rank()).find(|&i| reduced(i) && t.shape[i] == Dim::Known(0)) {
        return Err(cx.error(Code::Shape, format!("nothing to choose from: axis {i} of {} is empty", t.shape)));
    }
    let dims = t.shape.dims().iter().enumerate();
    let shape: Shape =
        dims.filter(|(i, _)| keep || !reduced(*i)).map(|(i, d)| if reduced(i) { Dim::Known(1) } else { d.clone() }).collect();
    Ok(vec![Type::new(DType::I32, shape)])
}
