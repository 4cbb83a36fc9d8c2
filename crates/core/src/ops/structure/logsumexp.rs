//! `logsumexp`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::rules::reduce;
use crate::vjp::Grad;
use crate::{Builder, Code, DType, Error, Result, Type, Value};

pub static DEF: OpDef = OpDef {
    name: "logsumexp",
    version: 1,
    group: "reduce",
    doc: "`log(sum(exp(x)))` over `axis` (an axis, several, or all when absent), without overflow. An empty axis is refused.",
    args: &[Arg::float("x")],
    attrs: reduce::ATTRS,
    outputs: ONE,
    infer: |cx| {
        let t = cx.input(0)?;
        reduce::refuse_empty(cx, &t.shape)?;
        Ok(vec![Type::new(t.dtype, infer::reduced_shape(cx, &t.shape)?)])
    },
    lower: Lower::Composite(|b, xs, attrs| {
        let x = xs[0].ok_or_else(|| Error::option("argument x is missing"))?;
        let axes = reduce::axes(attrs, b.rank(x))?;
        let top = b.reduce("max", x, &axes, true)?;
        let top = finite(b, top)?;
        let below = b.sub(x, top)?;
        let below = b.exp(below)?;
        let sum = b.sum(below, &axes, true)?;
        let log = b.log(sum)?;
        let y = b.add(log, top)?;
        if attrs.bool("keepdims")? {
            return Ok(vec![y]);
        }
        let shape = b.shape(y);
        let kept = shape.dims().iter().enumerate().filter(|(i, _)| !axes.contains(i)).map(|(_, d)| d.clone()).collect();
        Ok(vec![b.reshape(y, &kept)?])
    }),
    vjp: Vjp::Rule(|cx| {
        // exp(x - y) is each element's share.
        let (x, y, dy) = (cx.x(0), cx.y(0), cx.dy(0)?);
        let (y, dy) = (reduce::keep(cx, y)?, reduce::keep(cx, dy)?);
        let y = finite(cx, y)?;
        let below = cx.sub(x, y)?;
        let share = cx.exp(below)?;
        Ok(vec![Some(Grad::Dense(cx.mul(share, dy)?))])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3, 4], -2.0, 2.0)]),
            sample(vec![floats(&[2, 3, 4], -2.0, 2.0)]).i64s("axis", &[1]),
            sample(vec![floats(&[2, 3, 4], -2.0, 2.0)]).i64s("axis", &[0, -1]).attr("keepdims", true.into()),
            sample(vec![values(DType::F32, &[2, 2], &[1000.0, 1000.0, f64::NEG_INFINITY, f64::NEG_INFINITY])])
                .i64s("axis", &[1])
                .no_grad(),
            sample(vec![floats(&[2, 0], -2.0, 2.0)]).refused(Code::Shape),
        ]
    },
    method: true,
};

/// `v` where it is finite, else 0: what may be subtracted.
fn finite(b: &mut Builder<'_>, v: Value) -> Result<Value> {
    let ok = b.op("isfinite", &[v], &[])?;
    let zero = b.scalar_like(0.0, v);
    b.select(ok, v, zero)
}
