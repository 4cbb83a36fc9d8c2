//! `repeat`

use crate::infer::{Infer, normalize_axis};
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::axes::with_dim;
use crate::{Code, Error, Result, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "repeat",
    version: 1,
    group: "shape",
    doc: "Each entry along `axis` `repeats` times, one after the other; of the flattened tensor when `axis` is absent.",
    args: &[Arg::one("x")],
    attrs: &[Attr::required("repeats", AttrKind::I64), Attr::optional("axis", AttrKind::I64, Default::Absent)],
    outputs: ONE,
    infer,
    lower: Lower::Composite(|b, xs, attrs| {
        let mut x = xs[0].ok_or_else(|| Error::option("argument x is missing"))?;
        let n = attrs.usize("repeats")?;
        let mut axis = 0;
        if attrs.has("axis") {
            axis = normalize_axis(attrs.i64("axis")?, b.rank(x))?;
        } else {
            let flat = Shape::from_iter([b.shape(x).size()]);
            x = b.reshape(x, &flat)?;
        }
        let shape = b.shape(x);
        let mut joined = shape.clone();
        joined.0[axis] = shape[axis].mul(n);
        let x = b.reshape(x, &with_dim(&shape, axis + 1, 1))?;
        let x = b.broadcast_to(x, &with_dim(&shape, axis + 1, n))?;
        Ok(vec![b.reshape(x, &joined)?])
    }),
    vjp: Vjp::Derived,
    samples: || {
        let x = || vec![floats(&[2, 3], -2.0, 2.0)];
        vec![
            sample(x()).attr("repeats", 2i64.into()).attr("axis", 1i64.into()),
            sample(x()).attr("repeats", 3i64.into()).attr("axis", (-2i64).into()),
            sample(x()).attr("repeats", 2i64.into()),
            sample(x()).attr("repeats", 0i64.into()).attr("axis", 0i64.into()),
            sample(x()).attr("repeats", (-1i64).into()).refused(Code::Option),
        ]
    },
    method: true,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let t = cx.input(0)?;
    let n = cx.attrs.usize("repeats")?;
    if !cx.attrs.has("axis") {
        return Ok(vec![Type::new(t.dtype, Shape::from_iter([t.shape.size().mul(n)]))]);
    }
    let axis = cx.axis(cx.attrs.i64("axis")?, t.shape.rank())?;
    let mut shape = t.shape.clone();
    shape.0[axis] = shape[axis].mul(n);
    Ok(vec![Type::new(t.dtype, shape)])
}
