//! `bitcast`

use crate::op::{Arg, Attr, AttrKind, Lower, ONE, OpDef, Vjp, sample, values};
use crate::{Code, DType, Type};

pub static DEF: OpDef = OpDef {
    name: "bitcast",
    version: 1,
    group: "bits",
    doc: "The bits of `x` read as `dtype`, which must have the same size; a cast to bool is refused. As `tf.bitcast` \
          among equal sizes.",
    args: &[Arg::one("x")],
    attrs: &[Attr::required("dtype", AttrKind::DType)],
    outputs: ONE,
    infer: |cx| {
        let (t, to) = (cx.input(0)?, cx.attrs.dtype("dtype")?);
        if t.dtype.size() != to.size() || (to == DType::Bool && t.dtype != to) {
            return Err(cx.error(
                Code::Dtype,
                format!("expected a dtype of {} bytes other than bool, received {to} for {}", t.dtype.size(), t.dtype),
            ));
        }
        Ok(vec![Type::new(to, t.shape.clone())])
    },
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).bitcast(cx.attrs.dtype("dtype")?)])),
    vjp: Vjp::None("reinterprets bits"),
    samples: || {
        vec![
            sample(vec![values(DType::F32, &[3], &[1.0, -2.0, 0.0])]).attr("dtype", DType::I32.into()).no_grad(),
            sample(vec![values(DType::I64, &[2], &[1.0, 2.0])]).attr("dtype", DType::F64.into()).no_grad(),
            sample(vec![values(DType::F32, &[2], &[1.0, 2.0])]).attr("dtype", DType::F64.into()).refused(Code::Dtype),
        ]
    },
    method: true,
};
