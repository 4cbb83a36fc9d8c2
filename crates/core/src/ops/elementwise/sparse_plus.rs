//! `sparse_plus`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "sparse_plus",
    version: 1,
    group: "activation",
    doc: "0 up to −1, `x` from 1, and `(x + 1)² / 4` between; NaN stays NaN. As `keras.activations.sparse_plus`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| {
        let x = cx.x(0);
        let bend = x.c(0.25) * (&x + x.c(1.0)).square();
        let y = x.lt(&x.c(1.0)).select(&bend, &x);
        Ok(vec![x.le(&x.c(-1.0)).select(&x.c(0.0), &y)])
    }),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.1)]),
            sample(vec![values(DType::F32, &[7], &[0.0, -0.0, 100.0, -100.0, 1e30, -1e30, f64::NAN])]).no_grad(),
        ]
    },
    method: true,
};
