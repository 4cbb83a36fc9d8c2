//! `softmax`

use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::{Code, DType, Error, Result, Type};

pub static DEF: OpDef = OpDef {
    name: "softmax",
    version: 1,
    group: "nn",
    doc: "`exp(x) / sum(exp(x))` along `axis` (the last), with the maximum subtracted first. Integers become `f32`. A slice \
          of −∞ only gives NaN. Gradient: `y·(dy − sum(dy·y))`.",
    args: &[Arg::float("x")],
    attrs: &[Attr::optional("axis", AttrKind::I64, Default::I64(-1))],
    outputs: ONE,
    infer,
    lower: Lower::Composite(|b, inputs, attrs| {
        let x = inputs[0].ok_or_else(|| Error::internal("x is absent"))?;
        let axis = crate::infer::normalize_axis(attrs.i64("axis")?, b.rank(x))?;
        let max = b.reduce("max", x, &[axis], true)?;
        let shifted = b.sub(x, max)?;
        let e = b.exp(shifted)?;
        let total = b.sum(e, &[axis], true)?;
        Ok(vec![b.div(e, total)?])
    }),
    vjp: Vjp::Rule(|cx| {
        let axis = crate::infer::normalize_axis(cx.attrs.i64("axis")?, cx.x_type(0).shape.rank())?;
        let (y, dy) = (cx.y(0), cx.dy(0)?);
        let product = cx.mul(dy, y)?;
        let total = cx.sum(product, &[axis], true)?;
        let centred = cx.sub(dy, total)?;
        let dx = cx.mul(y, centred)?;
        Ok(cx.dense(&[Some(dx)]))
    }),
    samples: || {
        vec![
            sample(vec![floats(&[3, 5], -3.0, 3.0)]),
            sample(vec![floats(&[2, 3, 4], -80.0, 80.0)]).attr("axis", 1i64.into()),
            sample(vec![floats(&[1, 70], -9.0, 9.0)]),
            sample(vec![floats(&[3, 5], -3.0, 3.0)]).attr("axis", 2i64.into()).refused(Code::Shape),
        ]
    },
    method: true,
};

/// A float tensor of rank 1 or more, kept as it is, with a valid attribute `axis`.
pub(super) fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    cx.need_dtype(0, DType::is_float, "a float type")?;
    let t = cx.input(0)?;
    cx.axis(cx.attrs.i64("axis")?, t.shape.rank())?;
    Ok(vec![t.clone()])
}
