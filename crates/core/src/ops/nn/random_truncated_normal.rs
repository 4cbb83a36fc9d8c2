//! `random_truncated_normal`

use crate::op::{Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, sample};
use crate::rules::random::{STATE, float_draw, scaled, standard_normal, state};
use crate::{Code, DType};

/// Probability of less than two deviations from the mean: erf(√2).
const MASS: f64 = 0.954_499_736_103_641_6;

pub static DEF: OpDef = OpDef {
    name: "random_truncated_normal",
    version: 1,
    group: "random",
    doc: "Normal draws of `shape` with `mean` (0) and `stddev` (1) of the untruncated distribution, conditioned on being \
          within two deviations of the mean (what Keras gets by drawing again), by the inverse distribution function: \
          `mean + stddev·clip(√2·erfinv(erf(√2)·v), -2, 2)` with v as in `randomNormal`.",
    args: &[STATE],
    attrs: &[
        Attr::required("shape", AttrKind::Dims),
        Attr::optional("mean", AttrKind::F64, Default::F64(0.0)),
        Attr::optional("stddev", AttrKind::F64, Default::F64(1.0)),
        Attr::optional("dtype", AttrKind::DType, Default::DType(DType::F32)),
    ],
    outputs: ONE,
    infer: |cx| {
        let stddev = cx.attrs.f64("stddev")?;
        if stddev.is_nan() || stddev < 0.0 {
            return Err(cx.error(Code::Option, format!("attribute stddev: expected at least 0, received {stddev}")));
        }
        float_draw(cx)
    },
    lower: Lower::Composite(|b, inputs, attrs| {
        let state = inputs[0].ok_or_else(|| crate::Error::internal("state is absent"))?;
        let dtype = attrs.dtype("dtype")?;
        let z = standard_normal(b, state, attrs.dims("shape")?, dtype, MASS)?;
        let (two, minus) = (b.scalar_like(2.0, z), b.scalar_like(-2.0, z));
        let z = b.minimum(z, two)?;
        let z = b.maximum(z, minus)?;
        Ok(vec![scaled(b, z, attrs.f64("stddev")?, attrs.f64("mean")?, dtype)?])
    }),
    vjp: Vjp::None("a draw does not depend on a tensor"),
    samples: || {
        vec![
            sample(vec![state()]).dims("shape", &[5, 7]).no_grad(),
            sample(vec![state()]).dims("shape", &[9]).attr("mean", 3.0.into()).attr("stddev", 0.5.into()).no_grad(),
            sample(vec![state()]).dims("shape", &[9]).attr("dtype", DType::F64.into()).no_grad(),
            sample(vec![state()]).dims("shape", &[9]).attr("stddev", (-1.0).into()).refused(Code::Option),
        ]
    },
    method: false,
};
