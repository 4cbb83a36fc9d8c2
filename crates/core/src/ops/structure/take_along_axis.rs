//! `take_along_axis`

use crate::infer::{Infer, normalize_axis};
use crate::op::{Arg, Attr, AttrKind, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::rules::index::{need_index, sum_along};
use crate::vjp::Grad;
use crate::{Code, DType, Dim, Result, Type};

pub static DEF: OpDef = OpDef {
    name: "take_along_axis",
    version: 1,
    group: "index",
    doc: "`x[…, indices[…, i, …], …]` along `axis`: `indices` (i32 or i64) have the rank of `x`, and their other axes broadcast \
          with those of `x`. Negative indices count from the end; one outside is an error.",
    args: &[Arg::one("x"), Arg::one("indices")],
    attrs: &[Attr::required("axis", AttrKind::I64)],
    outputs: ONE,
    infer,
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let (indices, dy) = (cx.x(1), cx.dy(0)?);
        let shape = cx.x_type(0).shape;
        let axis = normalize_axis(cx.attrs.i64("axis")?, shape.rank())?;
        let all = cx.shape(dy);
        let indices = cx.broadcast_to(indices, &all)?;
        let dx = sum_along(cx, indices, dy, axis, &shape[axis])?;
        Ok(vec![Some(Grad::Dense(cx.sum_to(dx, &shape)?)), None])
    }),
    samples: || {
        let x = || floats(&[3, 4], -2.0, 2.0);
        let at = |s: &[usize], v: &[f64]| values(DType::I32, s, v);
        vec![
            sample(vec![x(), at(&[3, 2], &[0.0, 3.0, -1.0, 1.0, 2.0, 2.0])]).attr("axis", 1i64.into()),
            sample(vec![x(), at(&[1, 4], &[0.0, 2.0, 1.0, 0.0])]).attr("axis", 0i64.into()),
            sample(vec![x(), at(&[1, 2], &[3.0, 0.0])]).attr("axis", (-1i64).into()),
            sample(vec![
                floats(&[2, 1, 3], -2.0, 2.0),
                values(DType::I64, &[1, 4, 2], &[0.0, 2.0, 1.0, 0.0, 2.0, 2.0, 1.0, 1.0]),
            ])
            .attr("axis", 2i64.into()),
            sample(vec![x(), at(&[3, 1], &[0.0, 4.0, 0.0])]).attr("axis", 1i64.into()).refused(Code::Shape),
            sample(vec![x(), at(&[2, 1], &[0.0, 0.0])]).attr("axis", 1i64.into()).refused(Code::Shape),
            sample(vec![x(), at(&[2], &[0.0, 0.0])]).attr("axis", 1i64.into()).refused(Code::Shape),
        ]
    },
    method: true,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    need_index(cx, 1)?;
    let (x, indices) = (cx.input(0)?, cx.input(1)?);
    if x.shape.rank() != indices.shape.rank() {
        let message = format!("indices of shape {} have another rank than {}", indices.shape, x.shape);
        return Err(cx.error(Code::Shape, message));
    }
    let axis = cx.axis(cx.attrs.i64("axis")?, x.shape.rank())?;
    let mut line = x.shape.clone();
    line.0[axis] = Dim::Known(1);
    let shape = cx.broadcast(&line, &indices.shape)?;
    Ok(vec![Type::new(x.dtype, shape)])
}
