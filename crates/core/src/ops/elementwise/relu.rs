//! `relu`

use crate::infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "relu",
    version: 1,
    group: "activation",
    doc: "`x` above `threshold`, else `negativeSlope · (x − threshold)`; at most `maxValue` where given. By default \
          `max(x, 0)`. The gradient at the kinks is the one from below, at 0 thus 0; NaN stays NaN. As \
          `keras.activations.relu`.",
    args: &[Arg::float("x")],
    attrs: &[
        Attr::optional("negative_slope", AttrKind::F64, Default::F64(0.0)),
        Attr::optional("max_value", AttrKind::F64, Default::Absent),
        Attr::optional("threshold", AttrKind::F64, Default::F64(0.0)),
    ],
    outputs: ONE,
    infer: |cx| {
        if cx.attrs.has("max_value") && cx.attrs.f64("max_value")? < 0.0 {
            return Err(
                cx.error(Code::Option, format!("max_value: expected at least 0, received {}", cx.attrs.f64("max_value")?))
            );
        }
        infer::elementwise_float(cx)
    },
    lower: Lower::Elementwise(|cx| {
        let (slope, threshold) = (cx.attrs.f64("negative_slope")?, cx.attrs.f64("threshold")?);
        let x = cx.x(0);
        let y = if slope == 0.0 && threshold == 0.0 {
            x.c(0.0).max(&x)
        } else {
            let below = if slope == 0.0 { x.c(0.0) } else { x.c(slope) * (&x - x.c(threshold)) };
            x.le(&x.c(threshold)).select(&below, &x)
        };
        Ok(vec![if cx.attrs.has("max_value") { x.c(cx.attrs.f64("max_value")?).min(&y) } else { y }])
    }),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -3.0, 3.1)]),
            sample(vec![values(DType::F32, &[7], &[0.0, -0.0, 100.0, -100.0, 1e30, -1e30, f64::NAN])]).no_grad(),
            sample(vec![floats(&[2, 3], -3.0, 3.1)])
                .attr("negative_slope", 0.3.into())
                .attr("max_value", 2.0.into())
                .attr("threshold", 0.5.into()),
            sample(vec![floats(&[2, 3], -3.0, 3.1)]).attr("max_value", (-1.0).into()).refused(Code::Option),
        ]
    },
    method: true,
};
