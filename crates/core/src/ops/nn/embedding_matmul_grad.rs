//! `embedding_matmul_grad`

use super::embedding_matmul::{check, concatenated};
use crate::op::{Arg, Lower, OpDef, Outputs, Vjp, floats, sample, values};
use crate::rules::count::count;
use crate::rules::index::{from_start, iota, sum_by};
use crate::{Code, DType, Dim, Error, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "embedding_matmul_grad",
    version: 1,
    group: "internal",
    doc: "The gradient of `embedding_matmul` for its table and its kernel. `ids` are the distinct ids of each column, column after \
          column and rising within one; `rows` has the gradient of each, `[pairs, dim]`. How many there are is known only when \
          running.",
    args: &[Arg::one("ids"), Arg::one("table"), Arg::one("kernel"), Arg::one("dy"), Arg::one("x").optional()],
    attrs: &[],
    outputs: Outputs::Named(&["ids", "rows", "kernel"]),
    infer: |cx| {
        let (batch, units) = check(cx, [1, 0, 2, 4])?;
        let (ids, table, kernel, dy) = (cx.input(0)?, cx.input(1)?, cx.input(2)?, cx.input(3)?);
        if dy.shape.rank() != 2 || dy.dtype != table.dtype {
            return Err(cx.error(Code::Shape, format!("argument dy: expected {} [batch, units], received {dy}", table.dtype)));
        }
        cx.same_dim(&dy.shape[0], &batch, "rows of dy and ids")?;
        cx.same_dim(&dy.shape[1], &units, "columns of dy and the kernel")?;
        let n = cx.fresh();
        Ok(vec![
            Type::new(ids.dtype, Shape::from_iter([n.clone()])),
            Type::new(table.dtype, Shape::from_iter([n, table.shape[1].clone()])),
            kernel.clone(),
        ])
    },
    lower: Lower::Composite(|b, inputs, _| {
        let (Some(ids), Some(table), Some(kernel), Some(dy)) = (inputs[0], inputs[1], inputs[2], inputs[3]) else {
            return Err(Error::internal("an input is absent"));
        };
        let (shape, dtype, dim) = (b.shape(ids), b.dtype(ids), b.shape(table)[1].clone());
        // A key for each pair of column and id, in the order of columns, then of ids.
        let places = from_start(b, ids, table, 0)?;
        let places = b.cast(places, DType::I64)?;
        let size = count(b, table, &[0], DType::I64)?;
        let column = iota(b, &shape, 1, DType::I64)?;
        let first = b.mul(column, size)?;
        let keys = b.add(first, places)?;
        let keys = b.reshape(keys, &Shape::from_iter([shape.size()]))?;
        let unique = b.apply_all("unique", &[Some(keys)], &[], &[])?;
        let distinct = b.op("remainder", &[unique[0], size], &[])?;
        let distinct = b.cast(distinct, dtype)?;
        let pairs = b.shape(distinct)[0].clone();
        let flat = concatenated(b, table, ids, inputs[4])?;
        let dkernel = b.matmul(flat, dy, true, false)?;
        let dflat = b.matmul(dy, kernel, false, true)?;
        let vectors =
            shape[1].mul(dim.clone()).known().ok_or_else(|| Error::unsupported("the number of ids in a row must be known"))?;
        let dvectors =
            b.op("slice", &[dflat], &[("begin", (&[0, 0][..]).into()), ("size", (&[-1, vectors as i64][..]).into())])?;
        let dvectors = b.reshape(dvectors, &Shape::from_iter([shape.size(), dim]))?;
        let rows = sum_by(b, dvectors, unique[1], &Dim::from(&pairs))?;
        Ok(vec![distinct, rows, dkernel])
    }),
    vjp: Vjp::Derived,
    samples: || {
        let ids = || values(DType::I32, &[4, 3], &[4.0, 0.0, -1.0, 4.0, 1.0, 3.0, 4.0, 1.0, 3.0, 2.0, 1.0, 3.0]);
        let f = |s: &[usize]| floats(s, -1.0, 1.0);
        let wide = || values(DType::I64, &[3, 2], &[1.0, 1.0, 0.0, 1.0, 1.0, -2.0]);
        vec![
            sample(vec![ids(), f(&[5, 2]), f(&[6, 3]), f(&[4, 3]), None]),
            sample(vec![ids(), f(&[5, 2]), f(&[8, 3]), f(&[4, 3]), f(&[4, 2])]),
            sample(vec![wide(), f(&[2, 5]), f(&[11, 70]), f(&[3, 70]), f(&[3, 1])]),
            sample(vec![ids(), f(&[5, 2]), f(&[6, 3]), f(&[4, 2]), None]).refused(Code::Shape),
        ]
    },
    method: false,
};
