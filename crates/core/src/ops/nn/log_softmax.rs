//! `log_softmax`

use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::{Code, Error};

pub static DEF: OpDef = OpDef {
    name: "log_softmax",
    version: 1,
    group: "nn",
    doc: "`x − ln(sum(exp(x)))` along `axis` (the last), with the maximum subtracted first. Integers become `f32`. \
          Gradient: `dy − exp(y)·sum(dy)`.",
    args: &[Arg::float("x")],
    attrs: &[Attr::optional("axis", AttrKind::I64, Default::I64(-1))],
    outputs: ONE,
    infer: super::softmax::infer,
    lower: Lower::Composite(|b, inputs, attrs| {
        let x = inputs[0].ok_or_else(|| Error::internal("x is absent"))?;
        let axis = crate::infer::normalize_axis(attrs.i64("axis")?, b.rank(x))?;
        let max = b.reduce("max", x, &[axis], true)?;
        let shifted = b.sub(x, max)?;
        let e = b.exp(shifted)?;
        let total = b.sum(e, &[axis], true)?;
        let log = b.log(total)?;
        Ok(vec![b.sub(shifted, log)?])
    }),
    vjp: Vjp::Rule(|cx| {
        let axis = crate::infer::normalize_axis(cx.attrs.i64("axis")?, cx.x_type(0).shape.rank())?;
        let (y, dy) = (cx.y(0), cx.dy(0)?);
        let p = cx.exp(y)?;
        let total = cx.sum(dy, &[axis], true)?;
        let flow = cx.mul(p, total)?;
        let dx = cx.sub(dy, flow)?;
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
