//! `scatter_update`

use crate::op::{Arg, Lower, ONE, OpDef, Vjp};
use crate::rules::index::iota;
use crate::rules::scatter;
use crate::vjp::Grad;
use crate::{Builder, DType, Result, Shape, Value};

pub static DEF: OpDef = OpDef {
    name: "scatter_update",
    version: 1,
    group: "index",
    doc: "`x` with `updates` in place of the entries at index tuples; of equal tuples the last one counts. \
          The last axis of `indices` (i32 or i64) holds an index for each leading axis of `x`; negative ones count from the \
          end, one outside is an error.",
    args: &[Arg::one("x"), Arg::one("indices"), Arg::one("updates")],
    attrs: &[],
    outputs: ONE,
    infer: scatter::infer,
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let (indices, updates, dy) = (cx.x(1), cx.x(2), cx.dy(0)?);
        let nothing = cx.full_like(0.0, updates)?;
        let dx = cx.op("scatter_update", &[dy, indices, nothing], &[])?;
        // Only the update that is still there at the end has a gradient: mark each place with the number of its last update.
        let number = number(cx, updates)?;
        let x = cx.x(0);
        let none = cx.scalar(-1.0, DType::I32);
        let shape = cx.shape(x);
        let marks = cx.broadcast_to(none, &shape)?;
        let marks = cx.op("scatter_update", &[marks, indices, number], &[])?;
        let there = scatter::picked(cx, marks)?;
        let last = cx.equal(there, number)?;
        let du = scatter::picked(cx, dy)?;
        let zero = cx.scalar_like(0.0, du);
        let du = cx.select(last, du, zero)?;
        Ok(vec![Some(Grad::Dense(dx)), None, Some(Grad::Dense(du))])
    }),
    samples: scatter::samples,
    method: true,
};

/// The position of each element of `v`, in its shape.
fn number(b: &mut Builder<'_>, v: Value) -> Result<Value> {
    let shape = b.shape(v);
    let flat = iota(b, &Shape::from_iter([shape.size()]), 0, DType::I32)?;
    b.reshape(flat, &shape)
}
