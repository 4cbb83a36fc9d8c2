//! `sigmoid_cross_entropy`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample};

pub static DEF: OpDef = OpDef {
    name: "sigmoid_cross_entropy",
    version: 1,
    group: "loss",
    doc: "Cross-entropy of `labels` in [0, 1] with sigmoid(`logits`), elementwise and not reduced: \
          `max(x, 0) − x·z + ln(1 + exp(−|x|))` for logit x and label z, which does not overflow. Integers become `f32`. \
          Gradient: `sigmoid(x) − z` and `−x`.",
    args: &[Arg::float("logits"), Arg::float("labels")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise,
    lower: Lower::Elementwise(|cx| {
        let (x, z) = (cx.x(0), cx.x(1));
        Ok(vec![x.max(&x.c(0.0)) - &x * &z + x.abs().neg().exp().log1p()])
    }),
    vjp: Vjp::Elementwise(|cx| {
        let (x, z, dy) = (cx.x(0), cx.x(1), cx.x(3));
        Ok(vec![(x.sigmoid() - z) * &dy, x.neg() * dy])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[4, 5], -6.0, 6.0), floats(&[4, 5], 0.0, 1.0)]),
            sample(vec![floats(&[4, 5], -90.0, 90.0), floats(&[5], 0.0, 1.0)]),
            sample(vec![floats(&[4], -6.0, 6.0), floats(&[5], 0.0, 1.0)]).refused(crate::Code::Shape),
        ]
    },
    method: false,
};
