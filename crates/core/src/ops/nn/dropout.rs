//! `dropout`

use super::random_gamma::same_when_broadcast;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, OpDef, Outputs, Vjp, floats, sample};
use crate::rules::random::{check_state, state, unit};
use crate::{AttrsRef, Builder, Code, DType, Error, Result, Shape, Type, Value};

pub static DEF: OpDef = OpDef {
    name: "dropout",
    version: 1,
    group: "nn",
    doc: "`x / (1 − rate)` where an element is kept, 0 where it is dropped (with probability `rate`), and the bool `mask` of \
          what is kept: `u >= rate` with u as in `randomUniform` of `f32` over `noiseShape` (absent: the shape of `x`), which \
          broadcasts to `x`. The gradient uses the same mask. Source: Srivastava et al. (2014), scaled as in Keras.",
    args: &[Arg::one("x"), crate::rules::random::STATE],
    attrs: &[Attr::required("rate", AttrKind::F64), Attr::optional("noise_shape", AttrKind::Dims, Default::Absent)],
    outputs: Outputs::Named(&["out", "mask"]),
    infer: |cx| {
        cx.need_dtype(0, DType::is_float, "a float type")?;
        check_state(cx, 1)?;
        let rate = cx.attrs.f64("rate")?;
        if !(0.0..=1.0).contains(&rate) {
            return Err(cx.error(Code::Option, format!("attribute rate: expected a number in [0, 1], received {rate}")));
        }
        let x = cx.input(0)?;
        let noise = noise_shape(cx.attrs, &x.shape)?;
        same_when_broadcast(cx, &noise, &x.shape, "noiseShape")?;
        Ok(vec![x.clone(), Type::new(DType::Bool, noise)])
    },
    lower: Lower::Composite(|b, inputs, attrs| {
        let [Some(x), Some(state)] = *inputs else { return Err(Error::internal("an input is absent")) };
        let noise = noise_shape(attrs, &b.shape(x))?;
        let u = unit(b, state, noise.dims(), DType::F32)?;
        let rate = b.scalar(attrs.f64("rate")?, DType::F32);
        let mask = b.greater_equal(u, rate)?;
        Ok(vec![kept(b, mask, x, attrs)?, mask])
    }),
    vjp: Vjp::Rule(|cx| {
        let dy = cx.dy(0)?;
        let (mask, attrs) = (cx.y(1), cx.attrs);
        let dx = kept(cx, mask, dy, attrs)?;
        Ok(cx.dense(&[Some(dx), None]))
    }),
    samples: || {
        let x = || floats(&[5, 7], -1.0, 1.0);
        vec![
            sample(vec![x(), state()]).attr("rate", 0.3.into()),
            sample(vec![x(), state()]).attr("rate", 0.5.into()).dims("noise_shape", &[5, 1]),
            sample(vec![x(), state()]).attr("rate", 0.0.into()),
            sample(vec![x(), state()]).attr("rate", 1.0.into()),
            sample(vec![x(), state()]).attr("rate", 1.5.into()).refused(Code::Option),
            sample(vec![x(), state()]).attr("rate", 0.5.into()).dims("noise_shape", &[4, 1]).refused(Code::Shape),
        ]
    },
    method: false,
};

fn noise_shape(attrs: AttrsRef<'_>, x: &Shape) -> Result<Shape> {
    Ok(if attrs.has("noise_shape") { Shape(attrs.dims("noise_shape")?.into()) } else { x.clone() })
}

/// `mask ? x / (1 − rate) : 0`.
fn kept(b: &mut Builder<'_>, mask: Value, x: Value, attrs: AttrsRef<'_>) -> Result<Value> {
    let rate = attrs.f64("rate")?;
    let scale = b.scalar_like(if rate < 1.0 { 1.0 / (1.0 - rate) } else { 0.0 }, x);
    let zero = b.scalar_like(0.0, x);
    let scaled = b.mul(x, scale)?;
    b.select(mask, scaled, zero)
}
