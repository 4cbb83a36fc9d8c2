//! `embedding_bag`

use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::rules::index::iota;
use crate::{AttrValue, AttrsRef, Builder, Code, DType, Dim, Error, Result, Shape, Type, Value};

pub static DEF: OpDef = OpDef {
    name: "embedding_bag",
    version: 1,
    group: "nn",
    doc: "Rows of `table` `[rows, dim]` pooled by bags: `[bags, dim]`. `ids` is `[bags, length]`, or `[n]` with `offsets` `[bags]` \
          where each bag begins (the first 0, not decreasing). `weights` have the shape of `ids`. `mode` `sum` gives Σ w·row, \
          `mean` divides by Σ w, `sqrtn` by √(Σ w²); an empty bag gives 0. An id outside the table is an error. The gradient \
          for the table is a row gradient.",
    args: &[Arg::one("table"), Arg::one("ids"), Arg::one("offsets").optional(), Arg::one("weights").optional()],
    attrs: &[Attr::optional("mode", AttrKind::Enum(&["sum", "mean", "sqrtn"]), Default::Enum(0))],
    outputs: ONE,
    infer,
    lower: Lower::Composite(lower),
    vjp: Vjp::Derived,
    samples: || {
        let table = || floats(&[5, 3], -1.0, 1.0);
        let ids = || values(DType::I32, &[2, 3], &[4.0, 0.0, 4.0, 1.0, 2.0, 2.0]);
        let flat = || values(DType::I64, &[5], &[4.0, 0.0, 4.0, 1.0, 2.0]);
        let offsets = || values(DType::I32, &[4], &[0.0, 2.0, 2.0, 4.0]);
        let mode = |i| AttrValue::Enum(i);
        vec![
            sample(vec![table(), ids(), None, None]),
            sample(vec![table(), ids(), None, floats(&[2, 3], 0.5, 2.0)]).attr("mode", mode(1)),
            sample(vec![table(), ids(), None, floats(&[2, 3], 0.5, 2.0)]).attr("mode", mode(2)),
            sample(vec![table(), ids(), None, None]).attr("mode", mode(2)),
            sample(vec![table(), flat(), offsets(), None]).attr("mode", mode(1)),
            sample(vec![table(), flat(), offsets(), floats(&[5], 0.5, 2.0)]).attr("mode", mode(2)),
            sample(vec![table(), flat(), None, None]).refused(Code::Shape),
            sample(vec![table(), ids(), offsets(), None]).refused(Code::Shape),
            sample(vec![table(), ids(), None, floats(&[2, 2], 0.5, 2.0)]).refused(Code::Shape),
            sample(vec![table(), floats(&[2, 3], 0.0, 1.0), None, None]).refused(Code::Dtype),
        ]
    },
    method: false,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    cx.need_dtype(0, DType::is_float, "a float type")?;
    let index = |d: DType| matches!(d, DType::I32 | DType::I64);
    cx.need_dtype(1, index, "i32 or i64")?;
    let (table, ids) = (cx.input(0)?, cx.input(1)?);
    if table.shape.rank() != 2 {
        return Err(cx.error(Code::Shape, format!("argument table: expected [rows, dim], received {}", table.shape)));
    }
    let bags: Dim = match (cx.optional(2), ids.shape.rank()) {
        (None, 2) => ids.shape[0].clone(),
        (Some(offsets), 1) if offsets.shape.rank() == 1 => {
            cx.need_dtype(2, index, "i32 or i64")?;
            offsets.shape[0].clone()
        }
        _ => {
            return Err(cx.error(
                Code::Shape,
                format!("expected ids [bags, length], or ids [n] with offsets [bags]; received ids {}", ids.shape),
            ));
        }
    };
    if let Some(weights) = cx.optional(3) {
        cx.need_dtype(3, DType::is_float, "a float type")?;
        if weights.shape.rank() != ids.shape.rank() {
            return Err(
                cx.error(Code::Shape, format!("argument weights: expected shape {}, received {}", ids.shape, weights.shape))
            );
        }
        for (a, b) in weights.shape.dims().iter().zip(ids.shape.dims()) {
            cx.same_dim(a, b, "weights and ids")?;
        }
    }
    Ok(vec![Type::new(table.dtype, Shape::from_iter([bags, table.shape[1].clone()]))])
}

fn lower(b: &mut Builder<'_>, inputs: &[Option<Value>], attrs: AttrsRef<'_>) -> Result<Vec<Value>> {
    let (Some(table), Some(ids)) = (inputs[0], inputs[1]) else { return Err(Error::internal("an input is absent")) };
    let dtype = b.dtype(table);
    let shape = b.shape(ids);
    let weights = inputs[3].map(|w| b.cast(w, dtype)).transpose()?;
    let mut rows = b.op("gather", &[table, ids], &[])?;
    if let Some(w) = weights {
        let mut column = shape.clone();
        column.0.push(1usize.into());
        let column = b.reshape(w, &column)?;
        rows = b.mul(rows, column)?;
    }
    let bags = match inputs[2] {
        Some(offsets) => Bags::Ragged { segment: segments(b, &shape, offsets)?, count: b.shape(offsets)[0].clone() },
        None => Bags::Even,
    };
    let total = bags.sum(b, rows)?;
    let divisor = match (attrs.choice("mode")?, weights) {
        ("sum", _) => return Ok(vec![total]),
        ("mean", Some(w)) => bags.sum(b, w)?,
        (_, Some(w)) => {
            let square = b.square(w)?;
            let sum = bags.sum(b, square)?;
            b.sqrt(sum)?
        }
        (mode, None) => {
            let one = b.scalar(1.0, dtype);
            let ones = b.broadcast_to(one, &shape)?;
            let count = bags.sum(b, ones)?;
            if mode == "mean" { count } else { b.sqrt(count)? }
        }
    };
    let mut column = b.shape(divisor);
    column.0.push(1usize.into());
    let divisor = b.reshape(divisor, &column)?;
    Ok(vec![b.op("div_no_nan", &[total, divisor], &[])?])
}

enum Bags {
    Even,
    Ragged { segment: Value, count: Dim },
}

impl Bags {
    /// Sums what belongs to one bag.
    fn sum(&self, b: &mut Builder<'_>, x: Value) -> Result<Value> {
        match self {
            Bags::Even => b.sum(x, &[1], false),
            Bags::Ragged { segment, count } => {
                let count = AttrValue::Dims([count.clone()].as_slice().into());
                b.op("unsorted_segment_sum", &[x, *segment], &[("num_segments", count)])
            }
        }
    }
}

/// For each position the last bag that begins at or before it.
fn segments(b: &mut Builder<'_>, positions: &Shape, offsets: Value) -> Result<Value> {
    let dtype = b.dtype(offsets);
    let positions = iota(b, positions, 0, dtype)?;
    let after = b.op("search_sorted", &[offsets, positions], &[("side", AttrValue::Enum(1))])?;
    let one = b.scalar_like(1.0, after);
    b.sub(after, one)
}
