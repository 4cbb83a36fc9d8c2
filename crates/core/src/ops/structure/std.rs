//! `std`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp};
use crate::rules::{moments, reduce};
use crate::vjp::Grad;
use crate::{Error, Type};

pub static DEF: OpDef = OpDef {
    name: "std",
    version: 1,
    group: "reduce",
    doc: "Standard deviation over `axis` (an axis, several, or all when absent): the root of `variance`. Its gradient is 0 where \
          all elements are equal.",
    args: &[Arg::float("x")],
    attrs: moments::ATTRS,
    outputs: ONE,
    infer: |cx| {
        let t = cx.input(0)?;
        Ok(vec![Type::new(t.dtype, infer::reduced_shape(cx, &t.shape)?)])
    },
    lower: Lower::Composite(|b, xs, attrs| {
        let x = xs[0].ok_or_else(|| Error::option("argument x is missing"))?;
        let dtype = b.dtype(x);
        let x = b.cast(x, moments::wide(dtype))?;
        let mut named = Vec::new();
        for name in ["axis", "keepdims", "ddof"] {
            named.push((name, attrs.get(name).clone()));
        }
        let v = b.op("variance", &[x], &named)?;
        let v = b.sqrt(v)?;
        Ok(vec![b.cast(v, dtype)?])
    }),
    vjp: Vjp::Rule(|cx| {
        // (x - mean) / ((n - ddof) std)
        let (x, y, dy, attrs) = (cx.x(0), cx.y(0), cx.dy(0)?, cx.attrs);
        let (d, n) = moments::centred(cx, x, attrs)?;
        let (dtype, wide) = (cx.dtype(x), cx.dtype(d));
        let (y, dy) = (reduce::keep(cx, y)?, reduce::keep(cx, dy)?);
        let (y, dy) = (cx.cast(y, wide)?, cx.cast(dy, wide)?);
        let scale = cx.mul(y, n)?;
        let share = cx.op("div_no_nan", &[dy, scale], &[])?;
        let dx = cx.mul(d, share)?;
        Ok(vec![Some(Grad::Dense(cx.cast(dx, dtype)?))])
    }),
    samples: moments::samples,
    method: true,
};
