//! `celu`

use crate::infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "celu",
    version: 1,
    group: "activation",
    doc: "`x` from 0 up, else `alpha · (exp(x / alpha) − 1)`; `alpha` must not be 0. As `keras.activations.celu`.",
    args: &[Arg::float("x")],
    attrs: &[Attr::optional("alpha", AttrKind::F64, Default::F64(1.0))],
    outputs: ONE,
    infer: |cx| {
        if cx.attrs.f64("alpha")? == 0.0 {
            return Err(cx.error(Code::Option, "alpha: expected a number other than 0, received 0"));
        }
        infer::elementwise_float(cx)
    },
    lower: Lower::Elementwise(|cx| {
        let (x, alpha) = (cx.x(0), cx.attrs.f64("alpha")?);
        let below = x.c(alpha) * (&x / x.c(alpha)).expm1();
        Ok(vec![x.lt(&x.c(0.0)).select(&below, &x)])
    }),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -3.0, 3.1)]),
            sample(vec![values(DType::F32, &[7], &[0.0, -0.0, 100.0, -100.0, 1e30, -1e30, f64::NAN])]).no_grad(),
            sample(vec![floats(&[2, 3], -3.0, 3.1)]).attr("alpha", 0.5.into()),
            sample(vec![floats(&[2, 3], -3.0, 3.0)]).attr("alpha", 0.0.into()).refused(Code::Option),
        ]
    },
    method: true,
};
