//! `top_k`

use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Lower, OpDef, Outputs, Vjp, floats, sample, values};
use crate::rules::index::sum_along;
use crate::vjp::Grad;
use crate::{Code, DType, Dim, Result, Type};

pub static DEF: OpDef = OpDef {
    name: "top_k",
    version: 1,
    group: "sort",
    doc: "The `k` largest elements of each row (the last axis) in decreasing order, and their indices (i32). Of equals the earlier \
          comes first; NaN comes last.",
    args: &[Arg::one("x")],
    attrs: &[Attr::required("k", AttrKind::I64)],
    outputs: Outputs::Named(&["values", "indices"]),
    infer,
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let (at, dy) = (cx.y(1), cx.dy(0)?);
        let shape = cx.x_type(0).shape;
        let axis = shape.rank() - 1;
        Ok(vec![Some(Grad::Dense(sum_along(cx, at, dy, axis, &shape[axis])?))])
    }),
    samples: || {
        let x = || vec![floats(&[3, 7], -2.0, 2.0)];
        vec![
            sample(x()).attr("k", 3i64.into()),
            sample(x()).attr("k", 7i64.into()),
            sample(x()).attr("k", 0i64.into()),
            sample(vec![values(DType::F32, &[6], &[1.0, f64::NAN, 3.0, 3.0, -1.0, 2.0])]).attr("k", 6i64.into()).no_grad(),
            sample(vec![values(DType::I32, &[5], &[1.0, 4.0, 4.0, -1.0, 2.0])]).attr("k", 2i64.into()).no_grad(),
            sample(x()).attr("k", 8i64.into()).refused(Code::Shape),
            sample(x()).attr("k", (-1i64).into()).refused(Code::Option),
        ]
    },
    method: true,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let t = cx.input(0)?;
    let k = cx.attrs.usize("k")?;
    let last = cx.axis(-1, t.shape.rank())?;
    if let Dim::Known(n) = t.shape[last]
        && k > n
    {
        return Err(cx.error(Code::Shape, format!("k is {k}, but rows of {} have {n} elements", t.shape)));
    }
    let mut shape = t.shape.clone();
    shape.0[last] = Dim::Known(k);
    Ok(vec![Type::new(t.dtype, shape.clone()), Type::new(DType::I32, shape)])
}
