//! `random_uniform`

use crate::op::{Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, sample};
use crate::rules::random::{STATE, float_draw, state, unit};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "random_uniform",
    version: 1,
    group: "random",
    doc: "Uniform draws of `shape` in [`low`, `high`) (0 and 1): `low + (high - low)·u`, where u is the high bits of the \
          element's word times a power of two: 24 bits for `f32`, 53 (of two words) for `f64`, 11 for `f16`, 8 for `bf16`. \
          The same bits on every backend. Rounding may give `high` itself when `low` is far from 0.",
    args: &[STATE],
    attrs: &[
        Attr::required("shape", AttrKind::Dims),
        Attr::optional("dtype", AttrKind::DType, Default::DType(DType::F32)),
        Attr::optional("low", AttrKind::F64, Default::F64(0.0)),
        Attr::optional("high", AttrKind::F64, Default::F64(1.0)),
    ],
    outputs: ONE,
    infer: |cx| {
        let (low, high) = (cx.attrs.f64("low")?, cx.attrs.f64("high")?);
        if !(low.is_finite() && high.is_finite() && low <= high) {
            return Err(cx.error(Code::Option, format!("expected finite low <= high, received low {low} and high {high}")));
        }
        float_draw(cx)
    },
    lower: Lower::Composite(|b, inputs, attrs| {
        let state = inputs[0].ok_or_else(|| crate::Error::internal("state is absent"))?;
        let dtype = attrs.dtype("dtype")?;
        let (low, high) = (attrs.f64("low")?, attrs.f64("high")?);
        let mut u = unit(b, state, attrs.dims("shape")?, dtype)?;
        if high - low != 1.0 {
            let span = b.scalar(high - low, dtype);
            u = b.mul(u, span)?;
        }
        if low != 0.0 {
            let low = b.scalar(low, dtype);
            u = b.add(u, low)?;
        }
        Ok(vec![u])
    }),
    vjp: Vjp::None("a draw does not depend on a tensor"),
    samples: || {
        vec![
            sample(vec![state()]).dims("shape", &[5, 7]).no_grad(),
            sample(vec![state()]).dims("shape", &[33]).attr("low", (-2.0).into()).attr("high", 3.0.into()).no_grad(),
            sample(vec![state()]).dims("shape", &[9]).attr("dtype", DType::F64.into()).no_grad(),
            sample(vec![state()]).dims("shape", &[9]).attr("low", 1.0.into()).attr("high", 0.0.into()).refused(Code::Option),
            sample(vec![state()]).dims("shape", &[9]).attr("dtype", DType::I32.into()).refused(Code::Dtype),
        ]
    },
    method: false,
};
