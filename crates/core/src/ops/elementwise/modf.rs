//! `modf`

use crate::DType;
use crate::expr::forms;
use crate::infer;
use crate::op::{Arg, Lower, OpDef, Outputs, Vjp, sample, values};

pub static DEF: OpDef = OpDef {
    name: "modf",
    version: 1,
    group: "math",
    doc: "The `fraction` of `x` and its whole part (`integral`, which is `trunc(x)`), both with the sign of `x`; the fraction \
          of an infinity is 0. The gradient flows through the fraction. As `numpy.modf`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: Outputs::Named(&["fraction", "integral"]),
    infer: |cx| {
        let types = infer::elementwise_float(cx)?;
        Ok([types.clone(), types].concat())
    },
    lower: Lower::Elementwise(|cx| {
        let x = cx.x(0);
        let integral = x.trunc();
        let rest = forms::is_inf(&x).select(&x.c(0.0), &(&x - &integral));
        Ok(vec![forms::copysign(&rest, &x), integral])
    }),
    vjp: Vjp::Elementwise(|cx| Ok(vec![cx.x(3)])),
    samples: || {
        vec![
            sample(vec![values(DType::F32, &[4], &[-2.7, -0.3, 0.4, 1.6])]),
            sample(vec![values(DType::F32, &[6], &[-2.0, -0.0, 0.0, 1e30, f64::NEG_INFINITY, f64::NAN])]).no_grad(),
        ]
    },
    method: true,
};
