//! `sort`

use crate::infer::normalize_axis;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp};
use crate::rules::index::sum_along;
use crate::rules::order;
use crate::vjp::Grad;

pub static DEF: OpDef = OpDef {
    name: "sort",
    version: 1,
    group: "sort",
    doc: "The elements in increasing (`descending`: decreasing) order along `axis`. Stable; NaN comes last either way.",
    args: &[Arg::one("x")],
    attrs: order::ATTRS,
    outputs: ONE,
    infer: |cx| {
        let t = cx.input(0)?;
        cx.axis(cx.attrs.i64("axis")?, t.shape.rank())?;
        Ok(vec![t.clone()])
    },
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let (x, dy) = (cx.x(0), cx.dy(0)?);
        let shape = cx.shape(x);
        let axis = normalize_axis(cx.attrs.i64("axis")?, shape.rank())?;
        let attrs = [("axis", cx.attrs.get("axis").clone()), ("descending", cx.attrs.get("descending").clone())];
        let from = cx.op("argsort", &[x], &attrs)?;
        Ok(vec![Some(Grad::Dense(sum_along(cx, from, dy, axis, &shape[axis])?))])
    }),
    samples: order::samples,
    method: true,
};
