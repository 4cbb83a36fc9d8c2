//! `instance_normalization`

use crate::infer::normalize_axis;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::normalize::{check, ones_but, scale_shift};
use crate::{Code, Error};

pub static DEF: OpDef = OpDef {
    name: "instance_normalization",
    version: 1,
    group: "nn",
    doc: "Normalises each example and channel (of `axis`, the last) over the remaining axes, then `·gamma + beta` for each \
          channel (epsilon 0.001). `x` has rank 3 or more. Source: Ulyanov, Vedaldi, Lempitsky (2016).",
    args: &[Arg::float("x"), Arg::float("gamma").optional(), Arg::float("beta").optional()],
    attrs: &[
        Attr::optional("axis", AttrKind::I64, Default::I64(-1)),
        Attr::optional("epsilon", AttrKind::F64, Default::F64(1e-3)),
    ],
    outputs: ONE,
    infer: |cx| {
        let x = cx.input(0)?;
        let axis = cx.axis(cx.attrs.i64("axis")?, x.shape.rank())?;
        check(cx, &[1, 2], &[axis])?;
        if axis == 0 || x.shape.rank() < 3 {
            return Err(cx.error(Code::Shape, format!("expected [batch, …, channels] of rank 3 or more, received {}", x.shape)));
        }
        Ok(vec![x.clone()])
    },
    lower: Lower::Composite(|b, inputs, attrs| {
        let x = inputs[0].ok_or_else(|| Error::internal("x is absent"))?;
        let (shape, dtype) = (b.shape(x), b.dtype(x));
        let axis = normalize_axis(attrs.i64("axis")?, shape.rank())?;
        let over: Vec<i64> = (1..shape.rank()).filter(|&i| i != axis).map(|i| i as i64).collect();
        let epsilon = attrs.f64("epsilon")?;
        let xhat = b.op("layer_normalization", &[x], &[("axis", over.as_slice().into()), ("epsilon", epsilon.into())])?;
        Ok(vec![scale_shift(b, xhat, inputs[1], inputs[2], &ones_but(&shape, &[axis]), dtype)?])
    }),
    vjp: Vjp::Derived,
    samples: || {
        let p = |n: usize| floats(&[n], 0.5, 1.5);
        vec![
            sample(vec![floats(&[2, 5, 3], -2.0, 3.0), p(3), p(3)]),
            sample(vec![floats(&[2, 3, 4, 2], -2.0, 3.0), p(3), None]).attr("axis", 1i64.into()),
            sample(vec![floats(&[2, 3], -2.0, 3.0), None, None]).refused(Code::Shape),
        ]
    },
    method: false,
};
