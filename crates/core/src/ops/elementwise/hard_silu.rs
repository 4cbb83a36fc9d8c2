//! `hard_silu`

use crate::DType;
use crate::expr::forms;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "hard_silu",
    version: 1,
    group: "activation",
    doc: "`x · hardSigmoid(x)`, also called hard swish. As `keras.activations.hard_silu`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0) * forms::hard_sigmoid(&cx.x(0))])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -4.0, 4.1)]),
            sample(vec![values(DType::F32, &[7], &[0.0, -0.0, 100.0, -100.0, 1e30, -1e30, f64::NAN])]).no_grad(),
        ]
    },
    method: true,
};
