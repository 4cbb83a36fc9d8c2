//! `scatter_add`

use crate::op::{Arg, Lower, ONE, OpDef, Vjp};
use crate::rules::scatter;
use crate::vjp::Grad;

pub static DEF: OpDef = OpDef {
    name: "scatter_add",
    version: 1,
    group: "index",
    doc: "`x` with `updates` added at index tuples; equal tuples add up, in order. \
          The last axis of `indices` (i32 or i64) holds an index for each leading axis of `x`; negative ones count from the \
          end, one outside is an error.",
    args: &[Arg::one("x"), Arg::one("indices"), Arg::one("updates")],
    attrs: &[],
    outputs: ONE,
    infer: scatter::infer,
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let dy = cx.dy(0)?;
        let du = scatter::picked(cx, dy)?;
        Ok(vec![Some(Grad::Dense(dy)), None, Some(Grad::Dense(du))])
    }),
    samples: scatter::samples,
    method: true,
};
