//! `unsorted_segment_max`

use crate::op::{Arg, Lower, ONE, OpDef, Vjp};
use crate::rules::segment;

pub static DEF: OpDef = OpDef {
    name: "unsorted_segment_max",
    version: 1,
    group: "index",
    doc: "Largest of the elements of `x` with the same segment id, in order of position. The ids cover the leading axes of \
          `x`. Ids (i32 or i64) come in any order; elements with a negative id are left out, an id of `numSegments` or \
          more is an error. A segment without elements is the lowest finite value of the dtype.",
    args: &[Arg::one("x"), Arg::one("segment_ids")],
    attrs: segment::ATTRS,
    outputs: ONE,
    infer: segment::infer,
    lower: Lower::Kernel,
    vjp: Vjp::Rule(segment::extreme_vjp),
    samples: || segment::extreme_samples(false),
    method: false,
};
