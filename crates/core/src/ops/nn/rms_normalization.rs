//! `rms_normalization`

use crate::infer::normalize_axes;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, OpDef, Outputs, Vjp, floats, sample};
use crate::rules::normalize::{Normalized, check, grads, kept, ones_but, over_count, rsqrt_of, scale_shift, statistic, wide};
use crate::{Code, Error};

pub static DEF: OpDef = OpDef {
    name: "rms_normalization",
    version: 1,
    group: "nn",
    doc: "`x·rstd·gamma` with `rstd = 1/√(mean(x²) + epsilon)` over `axis` (the last, or several), as Keras's RMSNormalization \
          (epsilon 10⁻⁶). `gamma` has the sizes of `x` on `axis`; absent it is 1. `f16` and `bf16` compute in `f32`; output \
          `rstd` keeps its dimensions. Source: Zhang and Sennrich (2019).",
    args: &[Arg::float("x"), Arg::float("gamma").optional()],
    attrs: &[
        Attr::optional("axis", AttrKind::I64s, Default::I64s(&[-1])),
        Attr::optional("epsilon", AttrKind::F64, Default::F64(1e-6)),
    ],
    outputs: Outputs::Named(&["out", "rstd"]),
    infer: |cx| {
        let x = cx.input(0)?;
        let axes = cx.axes("axis", x.shape.rank())?;
        check(cx, &[1], &axes)?;
        Ok(vec![x.clone(), statistic(x, kept(&x.shape, &axes))])
    },
    lower: Lower::Composite(|b, inputs, attrs| {
        let x = inputs[0].ok_or_else(|| Error::internal("x is absent"))?;
        let (shape, dtype) = (b.shape(x), b.dtype(x));
        let axes = normalize_axes(attrs, "axis", shape.rank())?;
        let x = b.cast(x, wide(dtype))?;
        let square = b.square(x)?;
        let mean = b.reduce("mean", square, &axes, true)?;
        let rstd = rsqrt_of(b, mean, attrs.f64("epsilon")?)?;
        let xhat = b.mul(x, rstd)?;
        Ok(vec![scale_shift(b, xhat, inputs[1], None, &ones_but(&shape, &axes), dtype)?, rstd])
    }),
    vjp: Vjp::Rule(|cx| {
        let (x, rstd) = (cx.x(0), cx.y(1));
        let t = cx.x_type(0);
        let axes = normalize_axes(cx.attrs, "axis", t.shape.rank())?.to_vec();
        let param = ones_but(&t.shape, &axes);
        let compute = cx.dtype(rstd);
        let wide = cx.cast(x, compute)?;
        let xhat = cx.mul(wide, rstd)?;
        let n = Normalized { xhat, rstd, axes, param, centred: false };
        let mut out = grads(cx, &n)?;
        if let Some(mut dx) = out[0] {
            if let Some(d) = cx.cotangents[1] {
                // d rstd / dx = −rstd²·xhat / n
                let square = cx.square(rstd)?;
                let d = cx.mul(d, square)?;
                let d = over_count(cx, d, x, &n.axes)?;
                let d = cx.mul(d, xhat)?;
                dx = cx.sub(dx, d)?;
            }
            out[0] = Some(cx.cast(dx, t.dtype)?);
        }
        Ok(cx.dense(&out[..cx.inputs.len()]))
    }),
    samples: || {
        let x = || floats(&[3, 4, 5], -2.0, 3.0);
        vec![
            sample(vec![x(), floats(&[5], 0.5, 1.5)]),
            sample(vec![x(), None]),
            sample(vec![x(), floats(&[4, 5], 0.5, 1.5)]).i64s("axis", &[1, 2]),
            sample(vec![x(), floats(&[4], 0.5, 1.5)]).refused(Code::Shape),
        ]
    },
    method: false,
};
