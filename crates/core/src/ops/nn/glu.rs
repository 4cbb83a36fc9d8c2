//! `glu`

use crate::graph::dims;
use crate::infer::{Infer, normalize_axis};
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::{Code, DType, Error, Result, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "glu",
    version: 1,
    group: "activation",
    doc: "The gated linear unit: `x` is halved along `axis` into `a` and `b`, and `a · sigmoid(b)` comes out. The axis must \
          have an even size. As `keras.activations.glu`.",
    args: &[Arg::float("x")],
    attrs: &[Attr::optional("axis", AttrKind::I64, Default::I64(-1))],
    outputs: ONE,
    infer,
    lower: Lower::Composite(|b, inputs, attrs| {
        let x = inputs[0].ok_or_else(|| Error::internal("x is absent"))?;
        let axis = normalize_axis(attrs.i64("axis")?, b.rank(x))?;
        let half = b.shape(x)[axis].div(2);
        let sizes = dims(&Shape([half.clone(), half].into_iter().collect()));
        let parts = b.apply_all("split", &[Some(x)], &[("sizes", sizes), ("axis", (axis as i64).into())], &[])?;
        let gate = b.sigmoid(parts[1])?;
        Ok(vec![b.mul(parts[0], gate)?])
    }),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[3, 4], -3.0, 3.0)]),
            sample(vec![floats(&[2, 4, 3], -3.0, 3.0)]).attr("axis", 1i64.into()),
            sample(vec![floats(&[3, 5], -3.0, 3.0)]).refused(Code::Shape),
            sample(vec![floats(&[3, 4], -3.0, 3.0)]).attr("axis", 2i64.into()).refused(Code::Shape),
        ]
    },
    method: true,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    cx.need_dtype(0, DType::is_float, "a float dtype")?;
    let t = cx.input(0)?;
    let axis = cx.axis(cx.attrs.i64("axis")?, t.shape.rank())?;
    let mut shape = t.shape.clone();
    let half = shape[axis].div(2);
    cx.same_dim(&t.shape[axis], &half.add(&half), "axis must have an even size")?;
    shape.0[axis] = half;
    Ok(vec![Type::new(t.dtype, shape)])
}
