//! `elu`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "elu",
    version: 1,
    group: "activation",
    doc: "`x` from 0 up, else `alpha · (exp(x) − 1)`. As `keras.activations.elu`.",
    args: &[Arg::float("x")],
    attrs: &[Attr::optional("alpha", AttrKind::F64, Default::F64(1.0))],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| {
        let x = cx.x(0);
        Ok(vec![x.lt(&x.c(0.0)).select(&(x.c(cx.attrs.f64("alpha")?) * x.expm1()), &x)])
    }),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -3.0, 3.1)]),
            sample(vec![values(DType::F32, &[7], &[0.0, -0.0, 100.0, -100.0, 1e30, -1e30, f64::NAN])]).no_grad(),
            sample(vec![floats(&[2, 3], -3.0, 3.1)]).attr("alpha", 0.5.into()),
        ]
    },
    method: true,
};
