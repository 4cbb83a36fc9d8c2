//! `layer_normalization`

use crate::infer::normalize_axes;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, OpDef, Outputs, Vjp, floats, sample};
use crate::rules::normalize::{Normalized, check, grads, kept, moments, ones_but, over_count, rsqrt_of, scale_shift, statistic};
use crate::{Code, Error};

pub static DEF: OpDef = OpDef {
    name: "layer_normalization",
    version: 1,
    group: "nn",
    doc: "`(x − mean)·rstd·gamma + beta` with mean and `rstd = 1/√(variance + epsilon)` (biased) over `axis` (the last, or \
          several), as Keras's LayerNormalization (epsilon 0.001). `gamma` and `beta` have the sizes of `x` on `axis`; absent \
          they are 1 and 0. Statistics of `f16` and `bf16` are `f32`; outputs `mean` and `rstd` keep their dimensions. \
          Source: Ba, Kiros, Hinton (2016).",
    args: &[Arg::float("x"), Arg::float("gamma").optional(), Arg::float("beta").optional()],
    attrs: &[
        Attr::optional("axis", AttrKind::I64s, Default::I64s(&[-1])),
        Attr::optional("epsilon", AttrKind::F64, Default::F64(1e-3)),
    ],
    outputs: Outputs::Named(&["out", "mean", "rstd"]),
    infer: |cx| {
        let x = cx.input(0)?;
        let axes = cx.axes("axis", x.shape.rank())?;
        check(cx, &[1, 2], &axes)?;
        let stat = statistic(x, kept(&x.shape, &axes));
        Ok(vec![x.clone(), stat.clone(), stat])
    },
    lower: Lower::Composite(|b, inputs, attrs| {
        let x = inputs[0].ok_or_else(|| Error::internal("x is absent"))?;
        let (shape, dtype) = (b.shape(x), b.dtype(x));
        let axes = normalize_axes(attrs, "axis", shape.rank())?;
        let (centred, mean, variance) = moments(b, x, &axes)?;
        let rstd = rsqrt_of(b, variance, attrs.f64("epsilon")?)?;
        let xhat = b.mul(centred, rstd)?;
        let out = scale_shift(b, xhat, inputs[1], inputs[2], &ones_but(&shape, &axes), dtype)?;
        Ok(vec![out, mean, rstd])
    }),
    vjp: Vjp::Rule(|cx| {
        let (x, mean, rstd) = (cx.x(0), cx.y(1), cx.y(2));
        let t = cx.x_type(0);
        let axes = normalize_axes(cx.attrs, "axis", t.shape.rank())?.to_vec();
        let compute = cx.dtype(mean);
        let wide = cx.cast(x, compute)?;
        let centred = cx.sub(wide, mean)?;
        let xhat = cx.mul(centred, rstd)?;
        let n = Normalized {
            xhat,
            rstd,
            axes,
            param: ones_but(&t.shape, &normalize_axes(cx.attrs, "axis", t.shape.rank())?),
            centred: true,
        };
        let mut out = grads(cx, &n)?;
        if let Some(dx) = out[0] {
            let mut dx = dx;
            if let Some(d) = cx.cotangents[1] {
                let d = over_count(cx, d, x, &n.axes)?;
                dx = cx.add(dx, d)?;
            }
            if let Some(d) = cx.cotangents[2] {
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
        let p = |s: &[usize]| floats(s, 0.5, 1.5);
        vec![
            sample(vec![x(), p(&[5]), p(&[5])]),
            sample(vec![x(), None, None]),
            sample(vec![x(), None, p(&[5])]),
            sample(vec![x(), p(&[4, 5]), p(&[4, 5])]).i64s("axis", &[1, 2]),
            sample(vec![x(), p(&[4]), None]).i64s("axis", &[1]).attr("epsilon", 0.1.into()),
            sample(vec![floats(&[2, 67], -2.0, 3.0), p(&[67]), p(&[67])]),
            sample(vec![x(), p(&[4]), None]).refused(Code::Shape),
            sample(vec![x(), None, None]).i64s("axis", &[3]).refused(Code::Shape),
            sample(vec![x(), None, None]).attr("epsilon", (-1.0).into()).refused(Code::Option),
        ]
    },
    method: false,
};
