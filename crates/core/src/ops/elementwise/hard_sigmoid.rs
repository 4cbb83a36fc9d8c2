//! `hard_sigmoid`

use crate::DType;
use crate::expr::forms;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "hard_sigmoid",
    version: 1,
    group: "activation",
    doc: "`relu6(x + 3) / 6`: 0 up to −3, 1 from 3, a line between. As `keras.activations.hard_sigmoid`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![forms::hard_sigmoid(&cx.x(0))])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -4.0, 4.1)]),
            sample(vec![values(DType::F32, &[7], &[0.0, -0.0, 100.0, -100.0, 1e30, -1e30, f64::NAN])]).no_grad(),
        ]
    },
    method: true,
};
