//! `nan_to_num`

use crate::DType;
use crate::expr::forms;
use crate::infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "nan_to_num",
    version: 1,
    group: "math",
    doc: "`x` with NaN replaced by `nan`, +∞ by `posinf` and −∞ by `neginf`; absent, these are the greatest and the \
          least finite number of the dtype. Integers stay as they are. As `numpy.nan_to_num`.",
    args: &[Arg::one("x")],
    attrs: &[
        Attr::optional("nan", AttrKind::F64, Default::F64(0.0)),
        Attr::optional("posinf", AttrKind::F64, Default::Absent),
        Attr::optional("neginf", AttrKind::F64, Default::Absent),
    ],
    outputs: ONE,
    infer: infer::elementwise,
    lower: Lower::Elementwise(|cx| {
        let x = cx.x(0);
        if !x.dtype().is_float() {
            return Ok(vec![x]);
        }
        let big = forms::largest(x.dtype());
        let high = if cx.attrs.has("posinf") { cx.attrs.f64("posinf")? } else { big };
        let low = if cx.attrs.has("neginf") { cx.attrs.f64("neginf")? } else { -big };
        let finite = x.eq(&x.c(f64::NEG_INFINITY)).select(&x.c(low), &x);
        let finite = x.eq(&x.c(f64::INFINITY)).select(&x.c(high), &finite);
        Ok(vec![x.ne(&x).select(&x.c(cx.attrs.f64("nan")?), &finite)])
    }),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.0)]),
            sample(vec![values(DType::F32, &[4], &[1.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN])]).no_grad(),
            sample(vec![values(DType::F32, &[4], &[1.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN])])
                .attr("nan", 5.0.into())
                .attr("posinf", 6.0.into())
                .attr("neginf", (-7.0).into())
                .no_grad(),
            sample(vec![values(DType::I32, &[2], &[1.0, 2.0])]).no_grad(),
        ]
    },
    method: true,
};
