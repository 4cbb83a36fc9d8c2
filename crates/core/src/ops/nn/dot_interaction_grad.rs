//! `dot_interaction_grad`

use super::dot_interaction::{known, vectors};
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::{Code, DType, Dim, Error, Literal};

pub static DEF: OpDef = OpDef {
    name: "dot_interaction_grad",
    version: 1,
    group: "internal",
    doc: "The gradient of `dot_interaction`: for each vector the sum of the others, each times the cotangent `dy` of their product.",
    args: &[Arg::one("x"), Arg::one("dy")],
    attrs: &[],
    outputs: ONE,
    infer: |cx| {
        let n = vectors(cx)?;
        let (x, dy) = (cx.input(0)?, cx.input(1)?);
        let lead = x.shape.rank() - 2;
        if dy.shape.rank() != lead + 1 || dy.dtype != x.dtype {
            return Err(cx.error(Code::Shape, format!("argument dy: expected {} [..., pairs], received {dy}", x.dtype)));
        }
        for i in 0..lead {
            cx.same_dim(&x.shape[i], &dy.shape[i], "x and dy")?;
        }
        cx.same_dim(&dy.shape[lead], &Dim::Known(n * n.saturating_sub(1) / 2), "pairs")?;
        Ok(vec![x.clone()])
    },
    lower: Lower::Composite(|b, inputs, _| {
        let (Some(x), Some(dy)) = (inputs[0], inputs[1]) else { return Err(Error::internal("an input is absent")) };
        let (rank, n) = (b.rank(x), known(b, x)?);
        // A symmetric matrix of cotangents; its diagonal is the zero that is put behind them.
        let pairs = n * n.saturating_sub(1) / 2;
        let mut one = b.shape(dy);
        one.0[rank - 2] = Dim::Known(1);
        let zero = b.scalar_like(0.0, dy);
        let zero = b.broadcast_to(zero, &one)?;
        let padded = b.op("concat", &[dy, zero], &[("axis", (-1i64).into())])?;
        let place = |i: usize, j: usize| if i == j { pairs } else { i.max(j) * (i.max(j) - 1) / 2 + i.min(j) };
        let places: Vec<f64> = (0..n * n).map(|k| place(k / n, k % n) as f64).collect();
        let places = b.graph.constant(Literal::of(&places, &[n * n], DType::I32));
        let square = b.op("gather", &[padded, places], &[("axis", (-1i64).into())])?;
        let mut shape = b.shape(x);
        shape.0[rank - 1] = n.into();
        let square = b.reshape(square, &shape)?;
        Ok(vec![b.matmul(square, x, false, false)?])
    }),
    vjp: Vjp::Derived,
    samples: || {
        let f = |s: &[usize]| floats(s, -1.0, 1.0);
        vec![
            sample(vec![f(&[3, 4, 2]), f(&[3, 6])]),
            sample(vec![f(&[5, 3]), f(&[10])]),
            sample(vec![f(&[2, 2, 19, 5]), f(&[2, 2, 171])]),
            sample(vec![f(&[0, 3, 2]), f(&[0, 3])]),
            sample(vec![f(&[3, 4, 2]), f(&[3, 5])]).refused(Code::Shape),
        ]
    },
    method: false,
};
