//! `random_permutation`

use crate::op::{Attr, AttrKind, Lower, ONE, OpDef, Vjp, sample};
use crate::rules::random::{STATE, check_state, state};
use crate::{AttrValue, Code, DType, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "random_permutation",
    version: 1,
    group: "random",
    doc: "The numbers 0 to `n` − 1 (`i32`) in random order: the stable argsort of one random 32-bit word each.",
    args: &[STATE],
    attrs: &[Attr::required("n", AttrKind::I64)],
    outputs: ONE,
    infer: |cx| {
        check_state(cx, 0)?;
        let n = cx.attrs.usize("n")?;
        if i32::try_from(n).is_err() {
            return Err(cx.error(Code::Option, format!("attribute n: expected less than 2^31, received {n}")));
        }
        Ok(vec![Type::new(DType::I32, Shape::of(&[n]))])
    },
    lower: Lower::Composite(|b, inputs, attrs| {
        let state = inputs[0].ok_or_else(|| crate::Error::internal("state is absent"))?;
        let shape = [attrs.usize("n")?.into()];
        let keys = b.op("random_bits", &[state], &[("shape", AttrValue::Dims(shape.as_slice().into()))])?;
        Ok(vec![b.op("argsort", &[keys], &[])?])
    }),
    vjp: Vjp::None("integers have no gradient"),
    samples: || {
        vec![
            sample(vec![state()]).attr("n", 11i64.into()).no_grad(),
            sample(vec![state()]).attr("n", 0i64.into()).no_grad(),
            sample(vec![state()]).attr("n", (-1i64).into()).refused(Code::Option),
        ]
    },
    method: false,
};
