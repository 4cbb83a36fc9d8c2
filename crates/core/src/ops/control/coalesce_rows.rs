//! `coalesce_rows`

use crate::op::{Arg, Lower, OpDef, Outputs, Vjp, floats, sample, values};
use crate::{Code, DType, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "coalesce_rows",
    version: 1,
    group: "control",
    doc: "The distinct ids in increasing order, and for each the sum of its rows, added in order of position. How many there are is \
          known only when running. As coalescing a sparse tensor in PyTorch.",
    args: &[Arg::one("ids"), Arg::one("rows")],
    attrs: &[],
    outputs: Outputs::Named(&["ids", "rows"]),
    infer: |cx| {
        let (ids, rows) = (cx.input(0)?, cx.input(1)?);
        if !matches!(ids.dtype, DType::I32 | DType::I64) || ids.shape.rank() != 1 || rows.shape.rank() == 0 {
            return Err(cx.error(
                Code::Dtype,
                format!("expected i32 or i64 ids of one axis and rows for them, received {ids} and {rows}"),
            ));
        }
        cx.need_dtype(1, DType::is_float, "a float")?;
        cx.same_dim(&ids.shape[0], &rows.shape[0], "ids and rows")?;
        let n = cx.fresh();
        let dims = std::iter::once(n.clone()).chain(rows.shape.dims()[1..].iter().cloned());
        Ok(vec![Type::new(ids.dtype, Shape::from_iter([n])), Type::new(rows.dtype, dims.collect())])
    },
    lower: Lower::Kernel,
    vjp: Vjp::None("it is a step of an update"),
    samples: || {
        let ids = || values(DType::I32, &[5], &[3.0, 1.0, 3.0, 0.0, 1.0]);
        vec![
            sample(vec![ids(), floats(&[5, 2], -1.0, 1.0)]).no_grad(),
            sample(vec![ids(), floats(&[4, 2], -1.0, 1.0)]).refused(Code::Shape),
        ]
    },
    method: false,
};
