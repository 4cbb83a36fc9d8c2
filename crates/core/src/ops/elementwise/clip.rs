//! `clip`

use crate::expr::forms;
use crate::infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "clip",
    version: 1,
    group: "math",
    doc: "`x` held between `min` and `max`, where they are given; `max` wins if they cross, NaN stays NaN. Integers \
          take whole bounds. The gradient is 1 from `min` to `max` inclusive, 0 outside, as in TensorFlow. As \
          `numpy.clip`.",
    args: &[Arg::one("x")],
    attrs: &[Attr::optional("min", AttrKind::F64, Default::Absent), Attr::optional("max", AttrKind::F64, Default::Absent)],
    outputs: ONE,
    infer: |cx| {
        cx.need_dtype(0, |d| d != DType::Bool, "a number")?;
        for name in ["min", "max"] {
            if cx.attrs.has(name) && !cx.input(0)?.dtype.is_float() && cx.attrs.f64(name)?.trunc() != cx.attrs.f64(name)? {
                let (dtype, bound) = (cx.input(0)?.dtype, cx.attrs.f64(name)?);
                return Err(cx.error(
                    Code::Option,
                    format!(
                        "{name}: expected a whole number for {dtype}, received {bound}; cast the tensor to a float dtype first"
                    ),
                ));
            }
        }
        infer::elementwise(cx)
    },
    lower: Lower::Elementwise(|cx| {
        let mut x = cx.x(0);
        if cx.attrs.has("min") {
            x = x.max(&forms::saturated(cx.attrs.f64("min")?, x.dtype()));
        }
        if cx.attrs.has("max") {
            x = x.min(&forms::saturated(cx.attrs.f64("max")?, x.dtype()));
        }
        Ok(vec![x])
    }),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.0)]).attr("min", (-1.1).into()).attr("max", 0.9.into()),
            sample(vec![floats(&[2, 3], -2.0, 2.0)]).attr("max", 0.9.into()),
            sample(vec![values(DType::U8, &[3], &[0.0, 100.0, 255.0])])
                .attr("min", (-5.0).into())
                .attr("max", 120.0.into())
                .no_grad(),
            sample(vec![values(DType::I32, &[2], &[0.0, 1.0])]).attr("max", 0.5.into()).refused(Code::Option),
        ]
    },
    method: true,
};
