//! `threshold`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "threshold",
    version: 1,
    group: "activation",
    doc: "`x` where it is greater than `threshold`, else `value`; NaN stays NaN. As `keras.activations.threshold`.",
    args: &[Arg::float("x")],
    attrs: &[
        Attr::optional("threshold", AttrKind::F64, Default::F64(0.0)),
        Attr::optional("value", AttrKind::F64, Default::F64(0.0)),
    ],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| {
        let x = cx.x(0);
        Ok(vec![x.le(&x.c(cx.attrs.f64("threshold")?)).select(&x.c(cx.attrs.f64("value")?), &x)])
    }),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -3.0, 3.1)]),
            sample(vec![values(DType::F32, &[7], &[0.0, -0.0, 100.0, -100.0, 1e30, -1e30, f64::NAN])]).no_grad(),
            sample(vec![floats(&[2, 3], -3.0, 3.1)]).attr("threshold", 0.5.into()).attr("value", (-4.0).into()),
        ]
    },
    method: true,
};
