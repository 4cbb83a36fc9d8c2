//! `sparse_sigmoid`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "sparse_sigmoid",
    version: 1,
    group: "activation",
    doc: "0 up to −1, 1 from 1, and `(x + 1) / 2` between. As `keras.activations.sparse_sigmoid`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| {
        Ok(vec![(cx.x(0).c(0.5) * cx.x(0) + cx.x(0).c(0.5)).max(&cx.x(0).c(0.0)).min(&cx.x(0).c(1.0))])
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
