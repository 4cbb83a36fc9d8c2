//! `group_normalization`

use crate::infer::normalize_axis;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::normalize::{check, ones_but, scale_shift};
use crate::{Code, Error};

pub static DEF: OpDef = OpDef {
    name: "group_normalization",
    version: 1,
    group: "nn",
    doc: "Normalises each example over all axes but the first within each of `groups` (32) equal parts of `axis` (the last), \
          then `·gamma + beta` for each channel, as Keras's GroupNormalization (epsilon 0.001). `groups` of −1 is one part a \
          channel. The number of channels must be known. Source: Wu and He (2018).",
    args: &[Arg::float("x"), Arg::float("gamma").optional(), Arg::float("beta").optional()],
    attrs: &[
        Attr::optional("groups", AttrKind::I64, Default::I64(32)),
        Attr::optional("axis", AttrKind::I64, Default::I64(-1)),
        Attr::optional("epsilon", AttrKind::F64, Default::F64(1e-3)),
    ],
    outputs: ONE,
    infer: |cx| {
        let x = cx.input(0)?;
        let axis = cx.axis(cx.attrs.i64("axis")?, x.shape.rank())?;
        check(cx, &[1, 2], &[axis])?;
        if axis == 0 {
            return Err(cx.error(Code::Option, "attribute axis: 0 is the batch; name the axis of the channels"));
        }
        let Some(channels) = x.shape[axis].known() else {
            return Err(cx.error(Code::Shape, "the number of channels must be known while recording"));
        };
        let groups = cx.attrs.i64("groups")?;
        let parts = if groups == -1 { channels as i64 } else { groups };
        if parts < 1 || channels as i64 % parts != 0 {
            return Err(cx.error(Code::Option, format!("attribute groups: {groups} does not divide {channels} channels")));
        }
        Ok(vec![x.clone()])
    },
    lower: Lower::Composite(|b, inputs, attrs| {
        let x = inputs[0].ok_or_else(|| Error::internal("x is absent"))?;
        let (shape, dtype) = (b.shape(x), b.dtype(x));
        let axis = normalize_axis(attrs.i64("axis")?, shape.rank())?;
        let channels = shape[axis].known().ok_or_else(|| Error::shape("the number of channels must be known"))?;
        let groups = attrs.i64("groups")?;
        let groups = if groups == -1 { channels } else { groups as usize };
        let mut split = shape.clone();
        split.0[axis] = groups.into();
        split.0.insert(axis + 1, (channels / groups.max(1)).into());
        let over: Vec<i64> = (1..split.rank()).filter(|&i| i != axis).map(|i| i as i64).collect();
        let parts = b.reshape(x, &split)?;
        let epsilon = attrs.f64("epsilon")?;
        let xhat = b.op("layer_normalization", &[parts], &[("axis", over.as_slice().into()), ("epsilon", epsilon.into())])?;
        let xhat = b.reshape(xhat, &shape)?;
        Ok(vec![scale_shift(b, xhat, inputs[1], inputs[2], &ones_but(&shape, &[axis]), dtype)?])
    }),
    vjp: Vjp::Derived,
    samples: || {
        let x = || floats(&[2, 3, 6], -2.0, 3.0);
        let p = |n: usize| floats(&[n], 0.5, 1.5);
        vec![
            sample(vec![x(), p(6), p(6)]).attr("groups", 2i64.into()),
            sample(vec![x(), None, None]).attr("groups", (-1i64).into()),
            sample(vec![floats(&[2, 4, 3], -2.0, 3.0), p(4), None]).attr("groups", 2i64.into()).attr("axis", 1i64.into()),
            sample(vec![x(), None, None]).attr("groups", 4i64.into()).refused(Code::Option),
            sample(vec![x(), p(3), None]).attr("groups", 2i64.into()).refused(Code::Shape),
        ]
    },
    method: false,
};
