//! `embedding_matmul`

use crate::infer::Infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::rules::axes::END;
use crate::rules::index::need_index;
use crate::vjp::{Grad, RowGrad};
use crate::{Builder, Code, DType, Dim, Error, Result, Shape, Type, Value};

pub static DEF: OpDef = OpDef {
    name: "embedding_matmul",
    version: 1,
    group: "nn",
    doc: "The first layer over embeddings: `concat([table[ids[:, 0]], …, table[ids[:, n − 1]], x]) · kernel`, `[batch, units]`, for \
          `table` `[rows, dim]`, `ids` `[batch, n]` (i32 or i64; negative ones count from the end, one outside is an error), \
          `kernel` `[n·dim + numbers, units]` and optional `x` `[batch, numbers]`. A kernel may multiply each distinct id of a \
          column once and add products up, so results agree with the concatenation's to rounding. The gradient of the table \
          is a row gradient with one row for each distinct id of a column.",
    args: &[Arg::one("table"), Arg::one("ids"), Arg::one("kernel"), Arg::one("x").optional()],
    attrs: &[],
    outputs: ONE,
    infer: |cx| {
        let (batch, units) = check(cx, [0, 1, 2, 3])?;
        Ok(vec![Type::new(cx.input(0)?.dtype, Shape::from_iter([batch, units]))])
    },
    lower: Lower::Composite(|b, inputs, _| {
        let (Some(table), Some(ids), Some(kernel)) = (inputs[0], inputs[1], inputs[2]) else {
            return Err(Error::internal("an input is absent"));
        };
        let rows = concatenated(b, table, ids, inputs[3])?;
        Ok(vec![b.matmul(rows, kernel, false, false)?])
    }),
    vjp: Vjp::Rule(|cx| {
        let (table, ids, kernel) = (cx.x(0), cx.x(1), cx.x(2));
        let x = cx.inputs[3];
        let dy = cx.dy(0)?;
        let mut grads = vec![None; cx.inputs.len()];
        if cx.wants[0] || cx.wants[2] {
            let outs = cx.apply_all("embedding_matmul_grad", &[Some(ids), Some(table), Some(kernel), Some(dy), x], &[], &[])?;
            grads[0] = Some(Grad::Rows(RowGrad { ids: outs[0], rows: outs[1], coalesced: false }));
            grads[2] = Some(Grad::Dense(outs[2]));
        }
        if let (Some(x), true) = (x, cx.wants[3]) {
            let numbers = known(&cx.shape(x)[1])?;
            let tail = cx.op("strided_slice", &[kernel], &[("begin", (&[-numbers][..]).into()), ("end", (&[END][..]).into())])?;
            grads[3] = Some(Grad::Dense(cx.matmul(dy, tail, false, true)?));
        }
        Ok(grads)
    }),
    samples: || {
        let ids = || values(DType::I32, &[4, 3], &[4.0, 0.0, -1.0, 4.0, 1.0, 3.0, 4.0, 1.0, 3.0, 2.0, 1.0, 3.0]);
        let f = |s: &[usize]| floats(s, -1.0, 1.0);
        let wide = || values(DType::I64, &[3, 2], &[1.0, 1.0, 0.0, 1.0, 1.0, -2.0]);
        vec![
            sample(vec![f(&[5, 2]), ids(), f(&[6, 3]), None]),
            sample(vec![f(&[5, 2]), ids(), f(&[8, 3]), f(&[4, 2])]),
            sample(vec![f(&[2, 5]), wide(), f(&[11, 70]), f(&[3, 1])]),
            sample(vec![f(&[5, 2]), values(DType::I32, &[0, 3], &[]), f(&[6, 3]), None]),
            sample(vec![f(&[5, 2]), ids(), f(&[7, 3]), None]).refused(Code::Shape),
            sample(vec![f(&[5, 2]), ids(), f(&[6, 3]), f(&[4, 2])]).refused(Code::Shape),
            sample(vec![f(&[5, 2]), f(&[4, 3]), f(&[6, 3]), None]).refused(Code::Dtype),
            sample(vec![f(&[3, 2]), ids(), f(&[6, 3]), None]).refused(Code::Shape),
        ]
    },
    method: false,
};

/// Refuses operands that do not fit each other; `[table, ids, kernel, x]` are their places. Gives batch and units.
pub(super) fn check(cx: &mut Infer<'_>, [table, ids, kernel, x]: [usize; 4]) -> Result<(Dim, Dim)> {
    cx.need_dtype(table, DType::is_float, "a float type")?;
    need_index(cx, ids)?;
    let (t, i, k) = (cx.input(table)?, cx.input(ids)?, cx.input(kernel)?);
    if t.shape.rank() != 2 || i.shape.rank() != 2 || k.shape.rank() != 2 || t.dtype != k.dtype {
        return Err(cx.error(
            Code::Shape,
            format!(
                "expected table [rows, dim], ids [batch, n] and a kernel [n·dim + numbers, units], received {t}, {i} and {k}"
            ),
        ));
    }
    let mut inner = i.shape[1].mul(t.shape[1].clone());
    if let Some(x) = cx.optional(x) {
        if x.shape.rank() != 2 || x.dtype != t.dtype {
            return Err(cx.error(Code::Shape, format!("argument x: expected {} [batch, numbers], received {x}", t.dtype)));
        }
        cx.same_dim(&x.shape[0], &i.shape[0], "rows of ids and x")?;
        inner = inner.add(x.shape[1].clone());
    }
    cx.same_dim(&k.shape[0], &inner, "rows of the kernel, and n·dim + numbers")?;
    Ok((i.shape[0].clone(), k.shape[1].clone()))
}

/// `[batch, n·dim + numbers]`: the vectors of a row's ids beside each other, then its numbers.
pub(super) fn concatenated(b: &mut Builder<'_>, table: Value, ids: Value, x: Option<Value>) -> Result<Value> {
    let vectors = b.op("gather", &[table, ids], &[])?;
    let shape = b.shape(vectors);
    let flat = b.reshape(vectors, &Shape::from_iter([shape[0].clone(), shape[1].mul(shape[2].clone())]))?;
    match x {
        None => Ok(flat),
        Some(x) => b.op("concat", &[flat, x], &[("axis", 1i64.into())]),
    }
}

/// A size that a rule has to know.
fn known(d: &Dim) -> Result<i64> {
    d.known()
        .map(|n| n as i64)
        .ok_or_else(|| Error::unsupported(format!("the number of columns of x must be known, received {d}")))
}
