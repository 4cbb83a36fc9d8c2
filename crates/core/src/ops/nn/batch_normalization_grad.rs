//! `batch_normalization_grad`

use crate::infer::normalize_axis;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, OpDef, Outputs, Vjp, floats, sample};
use crate::rules::normalize::{check, ones_but, others, over_count, rsqrt_of, statistic};
use crate::{Code, Error, Shape};

pub static DEF: OpDef = OpDef {
    name: "batch_normalization_grad",
    version: 1,
    group: "internal",
    doc: "The gradient of `batch_normalization` through `out`, of cotangent `dy`: with xhat = (x − mean)/√(variance + epsilon), \
          `dgamma` = Σ dy·xhat, `dbeta` = Σ dy and `dx` = gamma·(dy − dbeta/n − xhat·dgamma/n)/√(variance + epsilon), where n \
          counts the elements of a channel. `dgamma` and `dbeta` are `[channels]`, `f32` for `f16` and `bf16`.",
    args: &[Arg::float("x"), Arg::float("gamma").optional(), Arg::float("dy"), Arg::one("mean"), Arg::one("variance")],
    attrs: &[
        Attr::optional("axis", AttrKind::I64, Default::I64(-1)),
        Attr::optional("epsilon", AttrKind::F64, Default::F64(1e-3)),
    ],
    outputs: Outputs::Named(&["dx", "dgamma", "dbeta"]),
    infer: |cx| {
        let x = cx.input(0)?;
        let axis = cx.axis(cx.attrs.i64("axis")?, x.shape.rank())?;
        check(cx, &[1, 3, 4], &[axis])?;
        let dy = cx.input(2)?;
        if dy.shape.rank() != x.shape.rank() || dy.dtype != x.dtype {
            return Err(cx.error(Code::Shape, format!("argument dy: expected {x}, received {dy}")));
        }
        for (a, b) in x.shape.dims().iter().zip(dy.shape.dims()) {
            cx.same_dim(a, b, "x and dy")?;
        }
        let stat = statistic(x, Shape([x.shape[axis].clone()].as_slice().into()));
        for i in [3, 4] {
            let given = cx.input(i)?;
            if given.dtype != stat.dtype {
                return Err(cx.error(Code::Dtype, format!("argument {}: expected {stat}, received {given}", cx.op.args[i].name)));
            }
        }
        Ok(vec![x.clone(), stat.clone(), stat])
    },
    lower: Lower::Composite(|b, inputs, attrs| {
        let [Some(x), gamma, Some(dy), Some(mean), Some(variance)] = *inputs else {
            return Err(Error::internal("an input is absent"));
        };
        let (shape, dtype, compute) = (b.shape(x), b.dtype(x), b.dtype(mean));
        let axis = normalize_axis(attrs.i64("axis")?, shape.rank())?;
        let (along, axes) = (ones_but(&shape, &[axis]), others(shape.rank(), &[axis]));
        let channels = b.shape(mean);
        let mean = b.reshape(mean, &along)?;
        let variance = b.reshape(variance, &along)?;
        let rstd = rsqrt_of(b, variance, attrs.f64("epsilon")?)?;
        let (wide, dy) = (b.cast(x, compute)?, b.cast(dy, compute)?);
        let centred = b.sub(wide, mean)?;
        let xhat = b.mul(centred, rstd)?;
        let weighted = b.mul(dy, xhat)?;
        let dgamma = b.reduce("sum", weighted, &axes, true)?;
        let dbeta = b.reduce("sum", dy, &axes, true)?;
        let slope = over_count(b, dgamma, x, &axes)?;
        let slope = b.mul(xhat, slope)?;
        let level = over_count(b, dbeta, x, &axes)?;
        let level = b.sub(dy, level)?;
        let rest = b.sub(level, slope)?;
        let mut scale = rstd;
        if let Some(gamma) = gamma {
            let gamma = b.reshape(gamma, &along)?;
            let gamma = b.cast(gamma, compute)?;
            scale = b.mul(scale, gamma)?;
        }
        let dx = b.mul(rest, scale)?;
        Ok(vec![b.cast(dx, dtype)?, b.reshape(dgamma, &channels)?, b.reshape(dbeta, &channels)?])
    }),
    vjp: Vjp::Derived,
    samples: || {
        let x = |seed: f64| floats(&[6, 4], -2.0 - seed, 3.0);
        let p = |n: usize| floats(&[n], 0.5, 1.5);
        let wide = |s: &[usize]| floats(s, -2.0, 3.0);
        vec![
            sample(vec![x(0.0), p(4), x(1.0), p(4), p(4)]),
            sample(vec![x(0.0), None, x(1.0), p(4), p(4)]).attr("epsilon", 0.1.into()),
            sample(vec![wide(&[2, 3, 4, 5]), p(3), floats(&[2, 3, 4, 5], -1.0, 1.0), p(3), p(3)]).attr("axis", 1i64.into()),
            sample(vec![wide(&[2, 3, 3, 19]), p(19), floats(&[2, 3, 3, 19], -1.0, 1.0), p(19), p(19)]),
            sample(vec![x(0.0), p(6), x(1.0), p(4), p(4)]).refused(Code::Shape),
            sample(vec![x(0.0), p(4), wide(&[6, 3]), p(4), p(4)]).refused(Code::Shape),
        ]
    },
    method: false,
};
