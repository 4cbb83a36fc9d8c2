//! `prelu`

use crate::Code;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample};

pub static DEF: OpDef = OpDef {
    name: "prelu",
    version: 1,
    group: "activation",
    doc: "`x` where positive, else `alpha · x`, with a learnt `alpha` that broadcasts against `x`. As \
          `keras.layers.PReLU`.",
    args: &[Arg::float("x"), Arg::float("alpha")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| {
        let (x, alpha) = (cx.x(0), cx.x(1));
        Ok(vec![x.le(&x.c(0.0)).select(&(&alpha * &x), &x)])
    }),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.1), floats(&[2, 3], 0.1, 0.5)]),
            sample(vec![floats(&[2, 3], -2.0, 2.1), floats(&[3], 0.1, 0.5)]),
            sample(vec![floats(&[2, 3], 0.5, 2.0), floats(&[4], 0.5, 1.0)]).refused(Code::Shape),
        ]
    },
    method: false,
};
