//! `mean`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::rules::{count::count, reduce};
use crate::vjp::Grad;
use crate::{DType, Type};

pub static DEF: OpDef = OpDef {
    name: "mean",
    version: 1,
    group: "reduce",
    doc: "Mean over `axis` (an axis, several, or all when absent); over nothing it is NaN. Integers and bools give f32.",
    args: &[Arg::one("x")],
    attrs: reduce::ATTRS,
    outputs: ONE,
    infer: |cx| {
        let t = cx.input(0)?;
        Ok(vec![Type::new(t.dtype.to_float(), infer::reduced_shape(cx, &t.shape)?)])
    },
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let dy = cx.dy(0)?;
        let axes = reduce::axes(cx.attrs, cx.x_type(0).shape.rank())?;
        let (x, dtype) = (cx.x(0), cx.dtype(dy));
        let n = count(cx, x, &axes, dtype)?;
        let share = cx.div(dy, n)?;
        Ok(vec![Some(Grad::Dense(reduce::spread(cx, share)?))])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3, 4], -2.0, 2.0)]),
            sample(vec![floats(&[2, 3, 4], -2.0, 2.0)]).i64s("axis", &[1]),
            sample(vec![floats(&[2, 3, 4], -2.0, 2.0)]).i64s("axis", &[0, 2]).attr("keepdims", true.into()),
            sample(vec![values(DType::I32, &[4], &[1.0, 2.0, 3.0, 5.0])]).no_grad(),
        ]
    },
    method: true,
};
