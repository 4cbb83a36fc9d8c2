//! `dot_interaction`

use crate::infer::Infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::{Builder, Code, DType, Error, Literal, Result, Shape, Type, Value};

pub static DEF: OpDef = OpDef {
    name: "dot_interaction",
    version: 1,
    group: "nn",
    doc: "The dot products of all pairs of the vectors of `x` `[…, n, dim]`: `[…, n·(n − 1)/2]`, in the order (1, 0), (2, 0), \
          (2, 1), (3, 0) …, what lies below the diagonal of `x · xᵀ`. `n` must be known. The feature interaction of DLRM, \
          in the order of TensorFlow Recommenders. Source: Naumov et al. (2019).",
    args: &[Arg::one("x")],
    attrs: &[],
    outputs: ONE,
    infer: |cx| {
        let n = vectors(cx)?;
        let x = cx.input(0)?;
        let lead = x.shape.dims()[..x.shape.rank() - 2].iter().cloned();
        Ok(vec![Type::new(x.dtype, lead.chain([(n * n.saturating_sub(1) / 2).into()]).collect())])
    },
    lower: Lower::Composite(|b, inputs, _| {
        let x = inputs[0].ok_or_else(|| Error::internal("x is absent"))?;
        let (rank, n) = (b.rank(x), known(b, x)?);
        let products = b.matmul(x, x, false, true)?;
        let mut shape = b.shape(x);
        shape.0.truncate(rank - 2);
        shape.0.push((n * n).into());
        let products = b.reshape(products, &shape)?;
        let below: Vec<f64> = (0..n).flat_map(|i| (0..i).map(move |j| (i * n + j) as f64)).collect();
        let below = b.graph.constant(Literal::of(&below, &[below.len()], DType::I32));
        Ok(vec![b.op("gather", &[products, below], &[("axis", (-1i64).into())])?])
    }),
    vjp: Vjp::Rule(|cx| {
        let (x, dy) = (cx.x(0), cx.dy(0)?);
        let dx = cx.op("dot_interaction_grad", &[x, dy], &[])?;
        Ok(cx.dense(&[Some(dx)]))
    }),
    samples: || {
        let f = |s: &[usize]| floats(s, -1.0, 1.0);
        vec![
            sample(vec![f(&[3, 4, 2])]),
            sample(vec![f(&[5, 3])]),
            sample(vec![f(&[2, 2, 19, 5])]),
            sample(vec![f(&[2, 1, 3])]).no_grad(),
            sample(vec![f(&[0, 3, 2])]),
            sample(vec![f(&[3])]).refused(Code::Shape),
        ]
    },
    method: false,
};

/// How many vectors an example has, in `infer`.
pub(super) fn vectors(cx: &mut Infer<'_>) -> Result<usize> {
    cx.need_dtype(0, DType::is_float, "a float type")?;
    let x = cx.input(0)?;
    let n = x.shape.rank().checked_sub(2).and_then(|axis| x.shape[axis].known());
    n.ok_or_else(|| cx.error(Code::Shape, format!("expected [..., n, dim] with a known n, received {}", x.shape)))
}

/// The same, of a value that passed `infer`.
pub(super) fn known(b: &Builder<'_>, x: Value) -> Result<usize> {
    let shape: Shape = b.shape(x);
    shape[shape.rank() - 2].known().ok_or_else(|| Error::internal("the number of vectors is not known"))
}
