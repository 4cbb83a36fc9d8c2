//! `isclose`

use crate::expr::forms;
use crate::infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "isclose",
    version: 1,
    group: "logic",
    doc: "True where `|a − b| <= atol + rtol · |b|` and `b` is finite, or `a` equals `b`; with `equalNan` also where both are NaN. \
          Integers and bools are converted to f32 first. As `numpy.isclose`.",
    args: &[Arg::float("a"), Arg::float("b")],
    attrs: &[
        Attr::optional("rtol", AttrKind::F64, Default::F64(1e-5)),
        Attr::optional("atol", AttrKind::F64, Default::F64(1e-8)),
        Attr::optional("equal_nan", AttrKind::Bool, Default::Bool(false)),
    ],
    outputs: ONE,
    infer: infer::predicate,
    lower: Lower::Elementwise(|cx| {
        let (a, b) = (cx.x(0), cx.x(1));
        let bound = b.c(cx.attrs.f64("atol")?) + b.c(cx.attrs.f64("rtol")?) * b.abs();
        let near = (&a - &b).abs().le(&bound).and(&forms::is_inf(&b).not()).or(&a.eq(&b));
        Ok(vec![if cx.attrs.bool("equal_nan")? { near.or(&a.ne(&a).and(&b.ne(&b))) } else { near }])
    }),
    vjp: Vjp::None("gives bool"),
    samples: || {
        let nan = || values(DType::F32, &[4], &[1.0, f64::INFINITY, f64::NAN, 3.0]);
        vec![
            sample(vec![nan(), values(DType::F32, &[4], &[1.000_001, f64::INFINITY, f64::NAN, f64::NEG_INFINITY])]).no_grad(),
            sample(vec![nan(), nan()]).attr("equal_nan", true.into()).no_grad(),
            sample(vec![floats(&[2, 3], 0.5, 2.0), floats(&[3], 0.5, 1.0)])
                .attr("rtol", 0.5.into())
                .attr("atol", 0.0.into())
                .no_grad(),
            sample(vec![floats(&[2, 3], 0.5, 2.0), floats(&[4], 0.5, 1.0)]).refused(Code::Shape),
        ]
    },
    method: true,
};
