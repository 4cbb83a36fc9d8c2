//! `scaled_dot_product_attention`

use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::rules::normalize::wide;
use crate::{AttrsRef, Builder, Code, DType, Error, Result, Shape, Type, Value};

pub static DEF: OpDef = OpDef {
    name: "scaled_dot_product_attention",
    version: 1,
    group: "nn",
    doc: "`softmax(q·kᵀ·scale)·v` for `q` `[…, T, D]`, `k` `[…, S, D]`, `v` `[…, S, V]` (usually `[batch, heads, time, depth]`), \
          giving `[…, T, V]`; `scale` defaults to 1/√D. `mask` broadcasts to `[…, T, S]`: a bool says what may be seen, a float \
          is added to the scores. `causal` lets position t see up to t. What is hidden scores −10⁹ (`f16`: −30000), as in \
          Keras, so that a row that sees nothing averages everything. Scores of `f16` and `bf16` are `f32`. Source: \
          Vaswani et al. (2017).",
    args: &[Arg::float("q"), Arg::float("k"), Arg::float("v"), Arg::one("mask").optional()],
    attrs: &[
        Attr::optional("scale", AttrKind::F64, Default::Absent),
        Attr::optional("causal", AttrKind::Bool, Default::Bool(false)),
    ],
    outputs: ONE,
    infer,
    lower: Lower::Composite(lower),
    vjp: Vjp::Derived,
    samples: || {
        let f = |s: &[usize]| floats(s, -1.0, 1.0);
        let seen: Vec<f64> = (0..20).map(|i| f64::from(u8::from(i % 3 != 1))).collect();
        vec![
            sample(vec![f(&[2, 3, 4, 5]), f(&[2, 3, 6, 5]), f(&[2, 3, 6, 7]), None]),
            sample(vec![f(&[2, 4, 5]), f(&[2, 4, 5]), f(&[2, 4, 5]), None]).attr("causal", true.into()).attr("scale", 0.5.into()),
            sample(vec![f(&[2, 2, 4, 3]), f(&[2, 2, 5, 3]), f(&[2, 2, 5, 3]), values(DType::Bool, &[4, 5], &seen)]),
            sample(vec![f(&[1, 2, 4, 3]), f(&[1, 2, 5, 3]), f(&[1, 2, 5, 3]), f(&[1, 1, 4, 5])]),
            sample(vec![f(&[2, 4, 5]), f(&[2, 6, 3]), f(&[2, 6, 5]), None]).refused(Code::Shape),
            sample(vec![f(&[2, 4, 5]), f(&[2, 6, 5]), f(&[2, 5, 5]), None]).refused(Code::Shape),
            sample(vec![f(&[2, 4, 5]), f(&[2, 6, 5]), f(&[2, 6, 5]), values(DType::I32, &[1], &[1.0])]).refused(Code::Dtype),
        ]
    },
    method: false,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    cx.need_dtype(0, DType::is_float, "a float type")?;
    let (q, k, v) = (cx.input(0)?, cx.input(1)?, cx.input(2)?);
    let rank = q.shape.rank();
    if rank < 2 || k.shape.rank() != rank || v.shape.rank() != rank {
        let message = format!("expected q, k and v of one rank of at least 2, received {}, {} and {}", q.shape, k.shape, v.shape);
        return Err(cx.error(Code::Shape, message));
    }
    for i in 0..rank - 2 {
        cx.same_dim(&q.shape[i], &k.shape[i], "leading axes of q and k")?;
        cx.same_dim(&q.shape[i], &v.shape[i], "leading axes of q and v")?;
    }
    cx.same_dim(&q.shape[rank - 1], &k.shape[rank - 1], "depths of q and k")?;
    cx.same_dim(&k.shape[rank - 2], &v.shape[rank - 2], "lengths of k and v")?;
    if let Some(mask) = cx.optional(3) {
        if mask.dtype != DType::Bool && !mask.dtype.is_float() {
            return Err(cx.error(Code::Dtype, format!("argument mask: expected bool or a float type, received {}", mask.dtype)));
        }
        let mut scores = q.shape.clone();
        scores.0[rank - 1] = k.shape[rank - 2].clone();
        let both = cx.broadcast(&scores, &mask.shape)?;
        if both.rank() != rank {
            return Err(cx.error(Code::Shape, format!("argument mask: shape {} does not broadcast to {scores}", mask.shape)));
        }
    }
    let mut out = q.shape.clone();
    out.0[rank - 1] = v.shape[rank - 1].clone();
    Ok(vec![Type::new(q.dtype, out)])
}

fn lower(b: &mut Builder<'_>, inputs: &[Option<Value>], attrs: AttrsRef<'_>) -> Result<Vec<Value>> {
    let (Some(q), Some(k), Some(v)) = (inputs[0], inputs[1], inputs[2]) else {
        return Err(Error::internal("an input is absent"));
    };
    let (shape, dtype) = (b.shape(q), b.dtype(q));
    let (rank, compute) = (shape.rank(), wide(dtype));
    let depth = shape[rank - 1].clone();
    let scale = match (attrs.has("scale"), depth.known()) {
        (true, _) => attrs.f64("scale")?,
        (false, Some(n)) => 1.0 / (n.max(1) as f64).sqrt(),
        (false, None) => return Err(Error::shape("the depth of q must be known, or scale given")),
    };
    let scale = b.scalar_like(scale, q);
    let q = b.mul(q, scale)?;
    let scores = b.matmul(q, k, false, true)?;
    let mut scores = b.cast(scores, compute)?;
    let hidden = b.scalar(if dtype == DType::F16 { -3e4 } else { -1e9 }, compute);
    if let Some(mask) = inputs[3] {
        scores = if b.dtype(mask) == DType::Bool {
            b.select(mask, scores, hidden)?
        } else {
            let mask = b.cast(mask, compute)?;
            b.add(scores, mask)?
        };
    }
    if attrs.bool("causal")? {
        let of = b.shape(scores);
        let square = Shape(of.dims()[rank - 2..].into());
        let row = crate::rules::index::iota(b, &square, 0, DType::I32)?;
        let column = crate::rules::index::iota(b, &square, 1, DType::I32)?;
        let seen = b.less_equal(column, row)?;
        scores = b.select(seen, scores, hidden)?;
    }
    let p = b.op("softmax", &[scores], &[])?;
    let p = b.cast(p, dtype)?;
    Ok(vec![b.matmul(p, v, false, false)?])
}
