//! `batch_normalization`

use crate::infer::normalize_axis;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, OpDef, Outputs, Vjp, floats, sample};
use crate::rules::normalize::{check, moments, ones_but, others, over_count, rsqrt_of, scale_shift, statistic};
use crate::{Code, Error, Shape};

pub static DEF: OpDef = OpDef {
    name: "batch_normalization",
    version: 1,
    group: "nn",
    doc: "`(x − mean)/√(variance + epsilon)·gamma + beta` with the batch's own statistics (biased) for each place of `axis` (the \
          last), as Keras's BatchNormalization in training (epsilon 0.001). `gamma` and `beta` have the size of that axis; \
          absent they are 1 and 0. Outputs `mean` and `variance` `[channels]` are what moving averages take; for `f16` and \
          `bf16` they are `f32`. Source: Ioffe and Szegedy (2015).",
    args: &[Arg::float("x"), Arg::float("gamma").optional(), Arg::float("beta").optional()],
    attrs: &[
        Attr::optional("axis", AttrKind::I64, Default::I64(-1)),
        Attr::optional("epsilon", AttrKind::F64, Default::F64(1e-3)),
    ],
    outputs: Outputs::Named(&["out", "mean", "variance"]),
    infer: |cx| {
        let x = cx.input(0)?;
        let axis = cx.axis(cx.attrs.i64("axis")?, x.shape.rank())?;
        check(cx, &[1, 2], &[axis])?;
        let stat = statistic(x, Shape([x.shape[axis].clone()].as_slice().into()));
        Ok(vec![x.clone(), stat.clone(), stat])
    },
    lower: Lower::Composite(|b, inputs, attrs| {
        let x = inputs[0].ok_or_else(|| Error::internal("x is absent"))?;
        let (shape, dtype) = (b.shape(x), b.dtype(x));
        let axis = normalize_axis(attrs.i64("axis")?, shape.rank())?;
        let (centred, mean, variance) = moments(b, x, &others(shape.rank(), &[axis]))?;
        let rstd = rsqrt_of(b, variance, attrs.f64("epsilon")?)?;
        let xhat = b.mul(centred, rstd)?;
        let out = scale_shift(b, xhat, inputs[1], inputs[2], &ones_but(&shape, &[axis]), dtype)?;
        let channels = Shape([shape[axis].clone()].as_slice().into());
        Ok(vec![out, b.reshape(mean, &channels)?, b.reshape(variance, &channels)?])
    }),
    vjp: Vjp::Rule(|cx| {
        let x = cx.x(0);
        let t = cx.x_type(0);
        let axis = normalize_axis(cx.attrs.i64("axis")?, t.shape.rank())?;
        let (mean, variance) = (cx.y(1), cx.y(2));
        let dy = cx.dy(0)?;
        let attrs = [("axis", (axis as i64).into()), ("epsilon", cx.attrs.f64("epsilon")?.into())];
        let gamma = cx.inputs.get(1).copied().flatten();
        let inputs = [Some(x), gamma, Some(dy), Some(mean), Some(variance)];
        let grads = cx.apply_all("batch_normalization_grad", &inputs, &attrs, &[])?;
        let mut dx = grads[0];
        if cx.cotangents[1].is_some() || cx.cotangents[2].is_some() {
            let compute = cx.dtype(mean);
            let (along, axes) = (ones_but(&t.shape, &[axis]), others(t.shape.rank(), &[axis]));
            let mut wide = cx.cast(dx, compute)?;
            if let Some(d) = cx.cotangents[1] {
                let d = cx.reshape(d, &along)?;
                let d = over_count(cx, d, x, &axes)?;
                wide = cx.add(wide, d)?;
            }
            if let Some(d) = cx.cotangents[2] {
                // d variance / dx = 2·(x − mean) / n
                let d = cx.reshape(d, &along)?;
                let d = over_count(cx, d, x, &axes)?;
                let mean = cx.reshape(mean, &along)?;
                let centred = cx.cast(x, compute)?;
                let centred = cx.sub(centred, mean)?;
                let d = cx.mul(d, centred)?;
                let two = cx.scalar_like(2.0, d);
                let d = cx.mul(d, two)?;
                wide = cx.add(wide, d)?;
            }
            dx = cx.cast(wide, t.dtype)?;
        }
        let mut out = vec![Some(dx)];
        for (i, &grad) in grads.iter().enumerate().skip(1).take(cx.inputs.len() - 1) {
            out.push(match cx.inputs[i] {
                Some(parameter) => {
                    let dtype = cx.dtype(parameter);
                    Some(cx.cast(grad, dtype)?)
                }
                None => None,
            });
        }
        Ok(cx.dense(&out))
    }),
    samples: || {
        let x = || floats(&[6, 4], -2.0, 3.0);
        let p = |n: usize| floats(&[n], 0.5, 1.5);
        vec![
            sample(vec![x(), p(4), p(4)]),
            sample(vec![x(), None, None]),
            sample(vec![floats(&[2, 3, 4, 5], -2.0, 3.0), p(3), p(3)]).attr("axis", 1i64.into()),
            sample(vec![floats(&[2, 3, 3, 19], -2.0, 3.0), p(19), None]).attr("epsilon", 0.1.into()),
            sample(vec![x(), p(6), None]).refused(Code::Shape),
            sample(vec![x(), None, None]).attr("axis", 2i64.into()).refused(Code::Shape),
        ]
    },
    method: false,
};
