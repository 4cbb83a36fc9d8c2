//! `gelu`

use crate::DType;
use crate::expr::Expr;
use crate::infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample, values};

/// √(8/π)
const SLOPE: f64 = 1.595_769_121_605_730_8;

/// `√(8/π) · (x + 0.044715 x³)`
fn inner(x: &Expr) -> Expr {
    x.c(SLOPE) * (x + x.c(0.044_715) * (x * x) * x)
}

pub static DEF: OpDef = OpDef {
    name: "gelu",
    version: 1,
    group: "activation",
    doc: "`x · Φ(x)` with the normal distribution Φ; with `approximate`, by tanh: `x · sigmoid(√(8/π) · (x + 0.044715 \
          x³))`. As `keras.activations.gelu`.",
    args: &[Arg::float("x")],
    attrs: &[Attr::optional("approximate", AttrKind::Bool, Default::Bool(false))],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| {
        let x = cx.x(0);
        Ok(vec![if cx.attrs.bool("approximate")? {
            &x * inner(&x).sigmoid()
        } else {
            &x * (x.c(0.5) * (&x * x.c(-std::f64::consts::FRAC_1_SQRT_2)).erfc())
        }])
    }),
    vjp: Vjp::Elementwise(|cx| {
        let (x, dy) = (cx.x(0), cx.x(2));
        // Held where both slopes have long been constant, so that no power of x overflows.
        let v = x.max(&x.c(-40.0)).min(&x.c(40.0));
        let slope = if cx.attrs.bool("approximate")? {
            let s = inner(&v).sigmoid();
            let rise = x.c(SLOPE) * (x.c(1.0) + x.c(3.0 * 0.044_715) * (&v * &v));
            &s + &v * (&s * (x.c(1.0) - &s)) * rise
        } else {
            let density = x.c(0.398_942_280_401_432_7) * (x.c(-0.5) * &v * &v).exp();
            x.c(0.5) * (&v * x.c(-std::f64::consts::FRAC_1_SQRT_2)).erfc() + &v * density
        };
        Ok(vec![dy * slope])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -3.0, 3.1)]),
            sample(vec![values(DType::F32, &[7], &[0.0, -0.0, 100.0, -100.0, 1e30, -1e30, f64::NAN])]).no_grad(),
            sample(vec![floats(&[2, 3], -3.0, 3.1)]).attr("approximate", true.into()),
        ]
    },
    method: true,
};
