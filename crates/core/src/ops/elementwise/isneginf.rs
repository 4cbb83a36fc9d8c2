//! `isneginf`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, sample, values};

pub static DEF: OpDef = OpDef {
    name: "isneginf",
    version: 1,
    group: "logic",
    doc: "True where `x` is −∞; always false for integers. As `numpy.isneginf`.",
    args: &[Arg::one("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::predicate,
    lower: Lower::Elementwise(|cx| {
        let x = cx.x(0);
        let at = if x.dtype().is_float() { x.eq(&x.c(f64::NEG_INFINITY)) } else { x.ne(&x) };
        Ok(vec![at])
    }),
    vjp: Vjp::None("gives bool"),
    samples: || {
        vec![
            sample(vec![values(DType::F32, &[4], &[1.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN])]).no_grad(),
            sample(vec![values(DType::I32, &[2], &[1.0, 2.0])]).no_grad(),
        ]
    },
    method: true,
};
