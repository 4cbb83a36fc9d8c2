//! `unstack`

use crate::infer::{Infer, normalize_axis};
use crate::op::{Arg, Attr, AttrKind, Default, Lower, OpDef, Outputs, Vjp, floats, sample};
use crate::rules::axes::slice_axis;
use crate::{Code, Error, Result, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "unstack",
    version: 1,
    group: "shape",
    doc: "The entries of `x` along `axis`, each without that axis, as a list. The axis must have a size known while recording.",
    args: &[Arg::one("x")],
    attrs: &[Attr::optional("axis", AttrKind::I64, Default::I64(0))],
    outputs: Outputs::List("entries"),
    infer,
    lower: Lower::Composite(|b, xs, attrs| {
        let x = xs[0].ok_or_else(|| Error::option("argument x is missing"))?;
        let axis = normalize_axis(attrs.i64("axis")?, b.rank(x))?;
        let n = b.shape(x)[axis].known().unwrap_or(0) as i64;
        let mut shape = b.shape(x);
        shape.0.remove(axis);
        let mut parts = Vec::new();
        for i in 0..n {
            let part = slice_axis(b, x, axis, i, i + 1, 1)?;
            parts.push(b.reshape(part, &shape)?);
        }
        Ok(parts)
    }),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[3, 2], -2.0, 2.0)]),
            sample(vec![floats(&[3, 2, 2], -2.0, 2.0)]).attr("axis", (-2i64).into()),
            sample(vec![floats(&[], -2.0, 2.0)]).refused(Code::Shape),
        ]
    },
    method: true,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let t = cx.input(0)?;
    let axis = cx.axis(cx.attrs.i64("axis")?, t.shape.rank())?;
    let Some(n) = t.shape[axis].known() else {
        let message =
            format!("axis {axis} of {} is not known while recording; the number of results would depend on it", t.shape);
        return Err(cx.error(Code::Unsupported, message));
    };
    let mut dims = t.shape.0.clone();
    dims.remove(axis);
    Ok(vec![Type::new(t.dtype, Shape(dims)); n])
}
