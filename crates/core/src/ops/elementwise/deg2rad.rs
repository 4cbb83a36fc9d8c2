//! `deg2rad`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample};

pub static DEF: OpDef = OpDef {
    name: "deg2rad",
    version: 1,
    group: "math",
    doc: "Degrees to radians: `x · π/180`. As `numpy.deg2rad`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0) * cx.x(0).c(std::f64::consts::PI / 180.0)])),
    vjp: Vjp::Derived,
    samples: || vec![sample(vec![floats(&[2, 3], -90.0, 180.0)])],
    method: true,
};
