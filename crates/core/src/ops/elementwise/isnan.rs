//! `isnan`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, sample, values};

pub static DEF: OpDef = OpDef {
    name: "isnan",
    version: 1,
    group: "logic",
    doc: "True where `x` is NaN; always false for integers. As `numpy.isnan`.",
    args: &[Arg::one("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::predicate,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).ne(&cx.x(0))])),
    vjp: Vjp::None("gives bool"),
    samples: || {
        vec![
            sample(vec![values(DType::F32, &[4], &[1.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN])]).no_grad(),
            sample(vec![values(DType::I32, &[2], &[1.0, 2.0])]).no_grad(),
        ]
    },
    method: true,
};
