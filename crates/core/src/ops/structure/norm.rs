//! `norm`

use crate::infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::rules::{moments::wide, reduce};
use crate::vjp::{Grad, VjpCx};
use crate::{Builder, Code, DType, Error, Result, Type, Value};

pub static DEF: OpDef = OpDef {
    name: "norm",
    version: 1,
    group: "reduce",
    doc: "Vector norm over `axis` (an axis, several taken as one vector, or all when absent): `sum(|x|^ord)^(1/ord)`. `ord` \
          infinite gives the largest (−∞: smallest) magnitude, 0 the number of elements other than 0. The gradient is 0 at 0.",
    args: &[Arg::float("x")],
    attrs: &[Attr::optional("ord", AttrKind::F64, Default::F64(2.0)), reduce::ATTRS[0], reduce::ATTRS[1]],
    outputs: ONE,
    infer: |cx| {
        let t = cx.input(0)?;
        let ord = cx.attrs.f64("ord")?;
        if ord.is_nan() {
            return Err(cx.error(Code::Option, "ord is NaN"));
        }
        if ord.is_infinite() {
            reduce::refuse_empty(cx, &t.shape)?;
        }
        Ok(vec![Type::new(t.dtype, infer::reduced_shape(cx, &t.shape)?)])
    },
    lower: Lower::Composite(|b, xs, attrs| {
        let x = xs[0].ok_or_else(|| Error::option("argument x is missing"))?;
        let (dtype, axes) = (b.dtype(x), reduce::axes(attrs, b.rank(x))?);
        let x = b.cast(x, wide(dtype))?;
        let y = norm(b, x, &axes, attrs.bool("keepdims")?, attrs.f64("ord")?)?;
        Ok(vec![b.cast(y, dtype)?])
    }),
    vjp: Vjp::Rule(vjp),
    samples: || {
        let x = || vec![floats(&[2, 3, 4], -2.0, 1.7)];
        let mut all = vec![
            sample(x()),
            sample(x()).i64s("axis", &[1]).attr("keepdims", true.into()),
            sample(vec![values(DType::F32, &[2], &[0.0, 0.0])]).no_grad(),
        ];
        for ord in [1.0, 3.0, 0.5, f64::INFINITY, f64::NEG_INFINITY] {
            all.push(sample(x()).i64s("axis", &[0, 2]).attr("ord", ord.into()));
        }
        all.push(sample(x()).attr("ord", 0.0.into()).no_grad());
        all
    },
    method: true,
};

fn norm(b: &mut Builder<'_>, x: Value, axes: &[usize], keepdims: bool, ord: f64) -> Result<Value> {
    if ord == 2.0 {
        let sq = b.square(x)?;
        let sum = b.sum(sq, axes, keepdims)?;
        return b.sqrt(sum);
    }
    let size = b.abs(x)?;
    if ord.is_infinite() {
        return b.reduce(if ord > 0.0 { "max" } else { "min" }, size, axes, keepdims);
    }
    if ord == 1.0 {
        return b.sum(size, axes, keepdims);
    }
    if ord == 0.0 {
        let zero = b.scalar_like(0.0, x);
        let there = b.not_equal(x, zero)?;
        let dtype = b.dtype(x);
        let there = b.cast(there, dtype)?;
        return b.sum(there, axes, keepdims);
    }
    let p = b.scalar_like(ord, x);
    let powers = b.pow(size, p)?;
    let sum = b.sum(powers, axes, keepdims)?;
    let root = b.scalar_like(1.0 / ord, x);
    b.pow(sum, root)
}

fn vjp(cx: &mut VjpCx<'_, '_>) -> Result<Vec<Option<Grad>>> {
    let ord = cx.attrs.f64("ord")?;
    if ord == 0.0 {
        return Ok(vec![None]);
    }
    let (x, y, dy) = (cx.x(0), cx.y(0), cx.dy(0)?);
    let (y, dy) = (reduce::keep(cx, y)?, reduce::keep(cx, dy)?);
    if ord == 2.0 {
        let share = cx.op("div_no_nan", &[dy, y], &[])?;
        return Ok(vec![Some(Grad::Dense(cx.mul(x, share)?))]);
    }
    let (sign, size) = (cx.sign(x)?, cx.abs(x)?);
    let share = if ord.is_infinite() {
        let dtype = cx.dtype(x);
        let axes = reduce::axes(cx.attrs, cx.rank(x))?;
        let hit = cx.equal(size, y)?;
        let hit = cx.cast(hit, dtype)?;
        let hits = cx.sum(hit, &axes, true)?;
        cx.div(hit, hits)?
    } else {
        // (|x| / y)^(ord - 1)
        let p = cx.scalar_like(ord - 1.0, x);
        let ratio = cx.op("div_no_nan", &[size, y], &[])?;
        cx.pow(ratio, p)?
    };
    let share = cx.mul(share, dy)?;
    Ok(vec![Some(Grad::Dense(cx.mul(sign, share)?))])
}
