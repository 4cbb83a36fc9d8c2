//! `check_finite`

use crate::op::{Arg, Attr, AttrKind, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::vjp::Grad;

pub static DEF: OpDef = OpDef {
    name: "check_finite",
    version: 1,
    group: "control",
    doc: "`x` as it is; running it fails with `NUMERIC` where `x` holds NaN or an infinity. `what` names it in the message. As \
          `tf.debugging.check_numerics`.",
    args: &[Arg::one("x")],
    attrs: &[Attr::required("what", AttrKind::Text)],
    outputs: ONE,
    infer: |cx| {
        cx.need_dtype(0, crate::DType::is_float, "a float")?;
        Ok(vec![cx.input(0)?.clone()])
    },
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| Ok(vec![Some(Grad::Dense(cx.dy(0)?))])),
    samples: || vec![sample(vec![floats(&[2, 3], -1.0, 1.0)]).attr("what", crate::AttrValue::Text("x".into()))],
    method: false,
};
