//! `cumprod`

use crate::Type;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp};
use crate::rules::reduce;
use crate::rules::scan;
use crate::vjp::Grad;

pub static DEF: OpDef = OpDef {
    name: "cumprod",
    version: 1,
    group: "scan",
    doc: "Running product along `axis`. \
          `exclusive` leaves the element itself out, `reverse` walks from the end. Dtypes as in `sum`. The gradient is right also where elements are 0.",
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
        // The product before an element, times the sum over what follows of dy times the product between:
        // s[k] = dy[k] + x[k + 1] s[k + 1] in the direction of the scan.
        let (x, mut dy) = (cx.x(0), cx.dy(0)?);
        let (axis, exclusive, reverse) = scan::attrs(cx.attrs, cx.rank(x))?;
        if exclusive {
            dy = scan::neighbour(cx, dy, axis, reverse, true)?;
        }
        let next = scan::neighbour(cx, x, axis, reverse, true)?;
        let attrs = [("axis", (axis as i64).into()), ("reverse", (!reverse).into())];
        let after = cx.op("linear_recurrence", &[next, dy], &attrs)?;
        let before = scan::scan(cx, "cumprod", x, axis, true, reverse)?;
        Ok(vec![Some(Grad::Dense(cx.mul(before, after)?))])
    }),
    samples: scan::samples,
    method: true,
};
