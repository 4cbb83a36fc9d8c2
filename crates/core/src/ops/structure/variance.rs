//! `variance`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp};
use crate::rules::{moments, reduce};
use crate::vjp::Grad;
use crate::{Error, Type};

pub static DEF: OpDef = OpDef {
    name: "variance",
    version: 1,
    group: "reduce",
    doc: "Mean squared distance from the mean over `axis` (an axis, several, or all when absent), divided by `n - ddof`. Two \
          passes; f16 and bf16 are computed in f32, integers and bools give f32.",
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
        let (d, n) = moments::centred(b, x, attrs)?;
        let d = b.square(d)?;
        let axes = reduce::axes(attrs, b.rank(x))?;
        let sum = b.sum(d, &axes, attrs.bool("keepdims")?)?;
        let v = b.div(sum, n)?;
        Ok(vec![b.cast(v, dtype)?])
    }),
    vjp: Vjp::Rule(|cx| {
        // 2 (x - mean) / (n - ddof)
        let (x, dy, attrs) = (cx.x(0), cx.dy(0)?, cx.attrs);
        let (d, n) = moments::centred(cx, x, attrs)?;
        let (dtype, wide) = (cx.dtype(x), cx.dtype(d));
        let dy = reduce::keep(cx, dy)?;
        let dy = cx.cast(dy, wide)?;
        let share = cx.div(dy, n)?;
        let twice = cx.add(d, d)?;
        let dx = cx.mul(twice, share)?;
        Ok(vec![Some(Grad::Dense(cx.cast(dx, dtype)?))])
    }),
    samples: moments::samples,
    method: true,
};
