//! `arange`

use crate::infer::Infer;
use crate::op::{Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, sample};
use crate::{Code, DType, Result, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "arange",
    version: 1,
    group: "creation",
    doc: "`start`, `start + step`, … before `stop`; empty where `stop` is not ahead.",
    args: &[],
    attrs: &[
        Attr::required("start", AttrKind::F64),
        Attr::required("stop", AttrKind::F64),
        Attr::optional("step", AttrKind::F64, Default::F64(1.0)),
        Attr::optional("dtype", AttrKind::DType, Default::DType(DType::F32)),
    ],
    outputs: ONE,
    infer,
    lower: Lower::Kernel,
    vjp: Vjp::None("it has no tensor argument"),
    samples: || {
        let s = |start: f64, stop: f64| sample(vec![]).attr("start", start.into()).attr("stop", stop.into()).no_grad();
        vec![
            s(0.0, 5.0).attr("dtype", DType::I32.into()),
            s(1.0, 2.0).attr("step", 0.25.into()),
            s(5.0, 0.0).attr("step", (-2.0).into()).attr("dtype", DType::I64.into()),
            s(3.0, 3.0),
            s(0.0, 1.0).attr("step", 0.0.into()).refused(Code::Option),
            s(0.0, f64::INFINITY).refused(Code::Option),
        ]
    },
    method: false,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let (start, stop, step) = (cx.attrs.f64("start")?, cx.attrs.f64("stop")?, cx.attrs.f64("step")?);
    if step == 0.0 {
        return Err(cx.error(Code::Option, "the step is 0"));
    }
    let n = ((stop - start) / step).ceil();
    if n.is_nan() || n >= 9e15 {
        return Err(cx.error(Code::Option, format!("expected finite numbers, received start {start}, stop {stop}, step {step}")));
    }
    Ok(vec![Type::new(cx.attrs.dtype("dtype")?, Shape::of(&[n.max(0.0) as usize]))])
}
