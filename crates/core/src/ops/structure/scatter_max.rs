//! `scatter_max`

use crate::op::{Arg, Lower, ONE, OpDef, Vjp};
use crate::rules::scatter;

pub static DEF: OpDef = OpDef {
    name: "scatter_max",
    version: 1,
    group: "index",
    doc: "`x` with the larger of the old element and each update at index tuples; NaN if one is NaN. \
          The last axis of `indices` (i32 or i64) holds an index for each leading axis of `x`; negative ones count from the \
          end, one outside is an error.",
    args: &[Arg::one("x"), Arg::one("indices"), Arg::one("updates")],
    attrs: &[],
    outputs: ONE,
    infer: scatter::infer,
    lower: Lower::Kernel,
    vjp: Vjp::Rule(scatter::extreme_vjp),
    samples: scatter::samples,
    method: true,
};
