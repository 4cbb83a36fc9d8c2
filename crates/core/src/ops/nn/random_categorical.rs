//! `random_categorical`

use crate::op::{Arg, Attr, AttrKind, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::random::{STATE, check_state, open_unit, state};
use crate::{Code, DType, Error, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "random_categorical",
    version: 1,
    group: "random",
    doc: "`numSamples` class numbers (`i32`) for each row of `logits` `[…, classes]`, drawn with probability \
          softmax(logits): `[…, numSamples]`. By the Gumbel-max rule: `argmax(logits − ln(−ln u))` with u = (k + ½)·2⁻²³ \
          for the 23 high bits k of the element's word over `[…, numSamples, classes]`.",
    args: &[STATE, Arg::one("logits")],
    attrs: &[Attr::required("num_samples", AttrKind::I64)],
    outputs: ONE,
    infer: |cx| {
        check_state(cx, 0)?;
        cx.need_dtype(1, DType::is_float, "a float type")?;
        let logits = cx.input(1)?;
        let n = cx.attrs.usize("num_samples")?;
        let Some((classes, batch)) = logits.shape.dims().split_last() else {
            return Err(cx.error(Code::Shape, "argument logits: expected rank 1 or more, received a scalar"));
        };
        if classes.known() == Some(0) {
            return Err(cx.error(Code::Shape, "argument logits: expected at least one class"));
        }
        let mut shape = Shape(batch.into());
        shape.0.push(n.into());
        Ok(vec![Type::new(DType::I32, shape)])
    },
    lower: Lower::Composite(|b, inputs, attrs| {
        let [Some(state), Some(logits)] = *inputs else { return Err(Error::internal("an input is absent")) };
        let mut shape = b.shape(logits);
        let at = shape.rank() - 1;
        let mut one = shape.clone();
        one.0.insert(at, 1usize.into());
        shape.0.insert(at, attrs.usize("num_samples")?.into());
        let logits = b.cast(logits, DType::F32)?;
        let logits = b.reshape(logits, &one)?;
        let u = open_unit(b, state, shape.dims())?;
        let e = b.log(u)?;
        let e = b.neg(e)?;
        let e = b.log(e)?;
        let noisy = b.sub(logits, e)?;
        Ok(vec![b.op("argmax", &[noisy], &[("axis", (at as i64 + 1).into())])?])
    }),
    vjp: Vjp::None("class numbers have no gradient"),
    samples: || {
        vec![
            sample(vec![state(), floats(&[2, 5], -1.0, 1.0)]).attr("num_samples", 4i64.into()).no_grad(),
            sample(vec![state(), floats(&[3], -1.0, 1.0)]).attr("num_samples", 7i64.into()).no_grad(),
            sample(vec![state(), floats(&[], -1.0, 1.0)]).attr("num_samples", 7i64.into()).refused(Code::Shape),
        ]
    },
    method: false,
};
