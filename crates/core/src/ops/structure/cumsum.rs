//! `cumsum`

use crate::Type;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp};
use crate::rules::reduce;
use crate::rules::scan;
use crate::vjp::Grad;

pub static DEF: OpDef = OpDef {
    name: "cumsum",
    version: 1,
    group: "scan",
    doc: "Running sum along `axis`. \
          `exclusive` leaves the element itself out, `reverse` walks from the end. Dtypes as in `sum`.",
    args: &[Arg::one("x")],
    attrs: scan::ATTRS,
    outputs: ONE,
    infer: |cx| {
        let t = cx.input(0)?;
        cx.axis(cx.attrs.i64("axis")?, t.shape.rank())?;
        Ok(vec![Type::new(reduce::sum_dtype(t.dtype), t.shape.clone())])
    },
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let dy = cx.dy(0)?;
        let (axis, exclusive, reverse) = scan::attrs(cx.attrs, cx.rank(dy))?;
        Ok(vec![Some(Grad::Dense(scan::scan(cx, "cumsum", dy, axis, exclusive, !reverse)?))])
    }),
    samples: scan::samples,
    method: true,
};
