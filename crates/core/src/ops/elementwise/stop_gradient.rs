//! `stop_gradient`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample};

pub static DEF: OpDef = OpDef {
    name: "stop_gradient",
    version: 1,
    group: "math",
    doc: "`x` itself, but no gradient flows back through it. As `tf.stop_gradient`.",
    args: &[Arg::one("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0)])),
    vjp: Vjp::None("stops gradients on purpose"),
    samples: || vec![sample(vec![floats(&[2, 3], -2.0, 2.0)]).no_grad()],
    method: true,
};
