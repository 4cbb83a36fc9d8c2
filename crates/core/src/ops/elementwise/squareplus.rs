//! `squareplus`

use crate::expr::forms;
use crate::infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "squareplus",
    version: 1,
    group: "activation",
    doc: "`(x + sqrt(x² + b)) / 2`, without overflow or cancellation; `b` must be at least 0. As \
          `keras.activations.squareplus`.",
    args: &[Arg::float("x")],
    attrs: &[Attr::optional("b", AttrKind::F64, Default::F64(4.0))],
    outputs: ONE,
    infer: |cx| {
        if cx.attrs.f64("b")? < 0.0 {
            return Err(cx.error(Code::Option, format!("b: expected at least 0, received {}", cx.attrs.f64("b")?)));
        }
        infer::elementwise_float(cx)
    },
    lower: Lower::Elementwise(|cx| {
        let (x, b) = (cx.x(0), cx.attrs.f64("b")?);
        let root = forms::hypot(&x, &x.c(b.sqrt()));
        let (half, zero) = (x.c(0.5), x.c(0.0));
        // Below 0 the sum cancels, so it is written as b / (2 (root - x)).
        let below = x.c(0.5 * b) / (&root - &x);
        Ok(vec![x.lt(&zero).select(&below, &(&half * &x + &half * &root))])
    }),
    vjp: Vjp::Elementwise(|cx| {
        let (x, y, dy) = (cx.x(0), cx.x(1), cx.x(2));
        let root = forms::hypot(&x, &x.c(cx.attrs.f64("b")?.sqrt()));
        let slope = root.eq(&x.c(0.0)).select(&x.c(0.0), &(&y / &root));
        Ok(vec![dy * slope])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -3.0, 3.1)]),
            sample(vec![values(DType::F32, &[7], &[0.0, -0.0, 100.0, -100.0, 1e30, -1e30, f64::NAN])]).no_grad(),
            sample(vec![floats(&[2, 3], -3.0, 3.1)]).attr("b", 0.5.into()),
            sample(vec![floats(&[2, 3], -3.0, 3.0)]).attr("b", (-1.0).into()).refused(Code::Option),
        ]
    },
    method: true,
};
