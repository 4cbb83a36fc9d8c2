//! `identity`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample};

pub static DEF: OpDef = OpDef {
    name: "identity",
    version: 1,
    group: "math",
    doc: "`x` itself.",
    args: &[Arg::one("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0)])),
    vjp: Vjp::Derived,
    samples: || vec![sample(vec![floats(&[2, 3], -2.0, 2.0)])],
    method: false,
};
