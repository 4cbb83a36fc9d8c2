//! `sparsemax`

use crate::graph::dims;
use crate::infer::normalize_axis;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::{Code, Dim, Error, Shape};

pub static DEF: OpDef = OpDef {
    name: "sparsemax",
    version: 1,
    group: "activation",
    doc: "The point of the probability simplex along `axis` that is nearest to `x`: like softmax, but small entries become \
          exactly 0. Gradient, with the mean over the entries that are not 0: `dy − mean(dy)` there, 0 elsewhere. As \
          Martins and Astudillo, 2016, and `tfa.activations.sparsemax` have it (the results of \
          `keras.activations.sparsemax` in Keras 3.15 do not sum to 1).",
    args: &[Arg::float("x")],
    attrs: &[Attr::optional("axis", AttrKind::I64, Default::I64(-1))],
    outputs: ONE,
    infer: super::softmax::infer,
    lower: Lower::Composite(|b, inputs, attrs| {
        let x = inputs[0].ok_or_else(|| Error::internal("x is absent"))?;
        let (dtype, shape) = (b.dtype(x), b.shape(x));
        let axis = normalize_axis(attrs.i64("axis")?, shape.rank())?;
        let along = ("axis", (axis as i64).into());
        // Shifting x does not change the result, and keeps the sums small.
        let max = b.reduce("max", x, &[axis], true)?;
        let x = b.sub(x, max)?;
        let sorted = b.op("sort", &[x], &[along.clone(), ("descending", true.into())])?;
        let sums = b.op("cumsum", &[sorted], std::slice::from_ref(&along))?;
        let mut line: Shape = shape.dims().iter().map(|_| Dim::Known(1)).collect();
        line.0[axis] = shape[axis].clone();
        let index = b.op("iota", &[], &[("shape", dims(&line)), along, ("dtype", dtype.into())])?;
        let one = b.scalar(1.0, dtype);
        let rank = b.add(index, one)?;
        // An entry is in the support while 1 + k x₍ₖ₎ exceeds the sum of the k greatest.
        let scaled = b.mul(rank, sorted)?;
        let above = b.add(one, scaled)?;
        let support = b.greater(above, sums)?;
        let zero = b.scalar(0.0, dtype);
        let kept = b.select(support, sorted, zero)?;
        let total = b.sum(kept, &[axis], true)?;
        let ones = b.cast(support, dtype)?;
        let count = b.sum(ones, &[axis], true)?;
        let excess = b.sub(total, one)?;
        let threshold = b.div(excess, count)?;
        let rest = b.sub(x, threshold)?;
        Ok(vec![b.maximum(zero, rest)?])
    }),
    vjp: Vjp::Rule(|cx| {
        let axis = normalize_axis(cx.attrs.i64("axis")?, cx.x_type(0).shape.rank())?;
        let (y, dy) = (cx.y(0), cx.dy(0)?);
        let zero = cx.scalar_like(0.0, y);
        let support = cx.greater(y, zero)?;
        let dtype = cx.dtype(y);
        let ones = cx.cast(support, dtype)?;
        let count = cx.sum(ones, &[axis], true)?;
        let kept = cx.select(support, dy, zero)?;
        let total = cx.sum(kept, &[axis], true)?;
        let mean = cx.div(total, count)?;
        let centred = cx.sub(dy, mean)?;
        let dx = cx.select(support, centred, zero)?;
        Ok(cx.dense(&[Some(dx)]))
    }),
    samples: || {
        vec![
            sample(vec![floats(&[3, 5], -1.0, 1.2)]),
            sample(vec![floats(&[2, 3, 4], -2.0, 2.0)]).attr("axis", 1i64.into()),
            sample(vec![floats(&[3, 5], -3.0, 3.0)]).attr("axis", 2i64.into()).refused(Code::Shape),
        ]
    },
    method: true,
};
