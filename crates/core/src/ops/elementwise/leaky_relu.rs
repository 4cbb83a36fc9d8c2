//! `leaky_relu`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "leaky_relu",
    version: 1,
    group: "activation",
    doc: "`x` where positive, else `negativeSlope · x`. As `keras.activations.leaky_relu`.",
    args: &[Arg::float("x")],
    attrs: &[Attr::optional("negative_slope", AttrKind::F64, Default::F64(0.2))],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| {
        let x = cx.x(0);
        Ok(vec![x.le(&x.c(0.0)).select(&(x.c(cx.attrs.f64("negative_slope")?) * &x), &x)])
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
