//! `rad2deg`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample};

pub static DEF: OpDef = OpDef {
    name: "rad2deg",
    version: 1,
    group: "math",
    doc: "Radians to degrees: `x · 180/π`. As `numpy.rad2deg`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0) * cx.x(0).c(180.0 / std::f64::consts::PI)])),
    vjp: Vjp::Derived,
    samples: || vec![sample(vec![floats(&[2, 3], -2.0, 3.0)])],
    method: true,
};
