//! `cummax`

use crate::op::{Arg, Lower, ONE, OpDef, Vjp};
use crate::rules::scan;
use crate::vjp::Grad;

pub static DEF: OpDef = OpDef {
    name: "cummax",
    version: 1,
    group: "scan",
    doc: "The largest element so far along `axis`; NaN from the first NaN on. \
          `exclusive` leaves the element itself out, `reverse` walks from the end. \
          An exclusive one starts with the lowest value of the dtype (−∞). The gradient goes to the latest element that reached each value.",
    args: &[Arg::one("x")],
    attrs: scan::ATTRS,
    outputs: ONE,
    infer: |cx| {
        let t = cx.input(0)?;
        cx.axis(cx.attrs.i64("axis")?, t.shape.rank())?;
        Ok(vec![t.clone()])
    },
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| Ok(vec![Some(Grad::Dense(scan::record_vjp(cx, "cummax")?))])),
    samples: scan::record_samples,
    method: true,
};
