//! `sum_table`

use super::update_table::{need_gradient, scalars_of_region};
use crate::op::{Arg, Attr, AttrKind, Lower, OpDef, Outputs, Vjp};

pub static DEF: OpDef = OpDef {
    name: "sum_table",
    version: 1,
    group: "tables",
    doc: "Sums over the rows that an `update_table` with the same inputs would change: each output of the region, a formula over one \
          element as there, is added up over all elements of these rows, in a fixed order. Changes nothing. Norms of gradients \
          and of steps are made of it.",
    args: &[Arg::one("token"), Arg::one("ids"), Arg::one("gradient"), Arg::one("scalars").variadic()],
    attrs: &[Attr::required("sums", AttrKind::I64)],
    outputs: Outputs::List("sums"),
    infer: |cx| {
        need_gradient(cx)?;
        scalars_of_region(cx)
    },
    lower: Lower::Kernel,
    vjp: Vjp::None("it is a step of an update"),
    samples: Vec::new,
    method: false,
};
