//! `unsorted_segment_mean`

use crate::op::{Arg, Lower, ONE, OpDef, Vjp};
use crate::rules::segment;

pub static DEF: OpDef = OpDef {
    name: "unsorted_segment_mean",
    version: 1,
    group: "index",
    doc: "Mean of the elements of `x` with the same segment id, in order of position. The ids cover the leading axes of \
          `x`. Ids (i32 or i64) come in any order; elements with a negative id are left out, an id of `numSegments` or \
          more is an error. A segment without elements is 0. Integers and bools give f32.",
    args: &[Arg::one("x"), Arg::one("segment_ids")],
    attrs: segment::ATTRS,
    outputs: ONE,
    infer: segment::infer_mean,
    lower: Lower::Kernel,
    vjp: Vjp::Rule(segment::mean_vjp),
    samples: || segment::samples(false),
    method: false,
};
