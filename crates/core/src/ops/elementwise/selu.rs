//! `selu`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

/// The constants of Klambauer et al., 2017, for mean 0 and variance 1.
const SCALE: f64 = 1.050_700_987_355_480_5;
const ALPHA: f64 = 1.673_263_242_354_377_2;

pub static DEF: OpDef = OpDef {
    name: "selu",
    version: 1,
    group: "activation",
    doc: "`scale · elu(x, alpha)` with the self-normalising scale 1.0507… and alpha 1.6732… As \
          `keras.activations.selu`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| {
        let x = cx.x(0);
        let below = x.c(SCALE * ALPHA) * x.expm1();
        Ok(vec![x.lt(&x.c(0.0)).select(&below, &(x.c(SCALE) * &x))])
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
