//! `hard_shrink`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "hard_shrink",
    version: 1,
    group: "activation",
    doc: "`x` where `|x| > threshold`, else 0; NaN stays NaN. As `keras.activations.hard_shrink`.",
    args: &[Arg::float("x")],
    attrs: &[Attr::optional("threshold", AttrKind::F64, Default::F64(0.5))],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| {
        let x = cx.x(0);
        Ok(vec![x.abs().le(&x.c(cx.attrs.f64("threshold")?)).select(&x.c(0.0), &x)])
    }),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -3.0, 3.1)]),
            sample(vec![values(DType::F32, &[7], &[0.0, -0.0, 100.0, -100.0, 1e30, -1e30, f64::NAN])]).no_grad(),
        ]
    },
    method: true,
};
