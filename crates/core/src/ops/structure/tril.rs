//! `tril`

use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::index::iota;
use crate::vjp::Grad;
use crate::{Code, DType, Error, Shape};

pub static DEF: OpDef = OpDef {
    name: "tril",
    version: 1,
    group: "shape",
    doc: "The matrices in the last two axes of `x` with 0 above diagonal `k` (0 is the main one, positive ones lie above it).",
    args: &[Arg::one("x")],
    attrs: &[Attr::optional("k", AttrKind::I64, Default::I64(0))],
    outputs: ONE,
    infer: |cx| {
        let t = cx.input(0)?;
        if t.shape.rank() < 2 {
            return Err(cx.error(Code::Shape, format!("expected matrices, received shape {}", t.shape)));
        }
        Ok(vec![t.clone()])
    },
    lower: Lower::Composite(|b, xs, attrs| {
        let x = xs[0].ok_or_else(|| Error::option("argument x is missing"))?;
        let shape = b.shape(x);
        let last = shape.rank() - 1;
        let row = iota(b, &Shape::from_iter([shape[last - 1].clone(), 1usize.into()]), 0, DType::I32)?;
        let column = iota(b, &Shape::from_iter([1usize.into(), shape[last].clone()]), 1, DType::I32)?;
        let k = b.scalar(attrs.i64("k")? as f64, DType::I32);
        let edge = b.add(row, k)?;
        let kept = b.less_equal(column, edge)?;
        let zero = b.scalar_like(0.0, x);
        Ok(vec![b.select(kept, x, zero)?])
    }),
    vjp: Vjp::Rule(|cx| {
        let dy = cx.dy(0)?;
        let k = cx.attrs.get("k").clone();
        Ok(vec![Some(Grad::Dense(cx.op("tril", &[dy], &[("k", k)])?))])
    }),
    samples: || {
        let x = || vec![floats(&[3, 4], -2.0, 2.0)];
        vec![
            sample(x()),
            sample(x()).attr("k", 1i64.into()),
            sample(vec![floats(&[2, 3, 3], -2.0, 2.0)]).attr("k", (-1i64).into()),
            sample(vec![floats(&[3], -2.0, 2.0)]).refused(Code::Shape),
        ]
    },
    method: true,
};
