//! `random_bernoulli`

use crate::op::{Attr, AttrKind, Lower, ONE, OpDef, Vjp, sample};
use crate::rules::random::{STATE, check_state, shape, state, unit};
use crate::{Code, DType, Type};

pub static DEF: OpDef = OpDef {
    name: "random_bernoulli",
    version: 1,
    group: "random",
    doc: "Bools of `shape`, each true with probability `p`: `u < p` with u as in `randomUniform` of `f32`.",
    args: &[STATE],
    attrs: &[Attr::required("shape", AttrKind::Dims), Attr::required("p", AttrKind::F64)],
    outputs: ONE,
    infer: |cx| {
        check_state(cx, 0)?;
        let p = cx.attrs.f64("p")?;
        if !(0.0..=1.0).contains(&p) {
            return Err(cx.error(Code::Option, format!("attribute p: expected a probability, received {p}")));
        }
        Ok(vec![Type::new(DType::Bool, shape(cx)?)])
    },
    lower: Lower::Composite(|b, inputs, attrs| {
        let state = inputs[0].ok_or_else(|| crate::Error::internal("state is absent"))?;
        let u = unit(b, state, attrs.dims("shape")?, DType::F32)?;
        let p = b.scalar(attrs.f64("p")?, DType::F32);
        Ok(vec![b.less(u, p)?])
    }),
    vjp: Vjp::None("a bool has no gradient"),
    samples: || {
        vec![
            sample(vec![state()]).dims("shape", &[5, 7]).attr("p", 0.25.into()).no_grad(),
            sample(vec![state()]).dims("shape", &[4]).attr("p", 1.0.into()).no_grad(),
            sample(vec![state()]).dims("shape", &[4]).attr("p", 1.5.into()).refused(Code::Option),
        ]
    },
    method: false,
};
