//! `stack`

use crate::infer::{Infer, normalize_axis};
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::axes::with_dim;
use crate::{Code, Error, Result, Type};

pub static DEF: OpDef = OpDef {
    name: "stack",
    version: 1,
    group: "shape",
    doc: "The tensors `xs`, all of one shape, along a new axis at `axis` (a place in the result). Dtypes are promoted.",
    args: &[Arg::common("xs").variadic()],
    attrs: &[Attr::optional("axis", AttrKind::I64, Default::I64(0))],
    outputs: ONE,
    infer,
    lower: Lower::Composite(|b, xs, attrs| {
        let xs: Option<Vec<_>> = xs.iter().copied().collect();
        let xs = xs.ok_or_else(|| Error::option("a tensor is missing"))?;
        let axis = normalize_axis(attrs.i64("axis")?, b.rank(xs[0]) + 1)?;
        let mut parts = Vec::new();
        for x in xs {
            let shape = with_dim(&b.shape(x), axis, 1);
            parts.push(b.reshape(x, &shape)?);
        }
        Ok(vec![b.op("concat", &parts, &[("axis", (axis as i64).into())])?])
    }),
    vjp: Vjp::Derived,
    samples: || {
        let f = |s: &[usize]| floats(s, -2.0, 2.0);
        vec![
            sample(vec![f(&[2, 3]), f(&[2, 3])]),
            sample(vec![f(&[2, 3]), f(&[2, 3]), f(&[2, 3])]).attr("axis", (-1i64).into()),
            sample(vec![f(&[]), f(&[])]),
            sample(vec![f(&[2, 3]), f(&[3])]).refused(Code::Shape),
        ]
    },
    method: false,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    if cx.inputs.is_empty() {
        return Err(cx.error(Code::Shape, "expected at least one tensor, received none"));
    }
    let first = cx.input(0)?;
    let axis = cx.axis(cx.attrs.i64("axis")?, first.shape.rank() + 1)?;
    for i in 1..cx.inputs.len() {
        let t = cx.input(i)?;
        if t.shape.rank() != first.shape.rank() {
            return Err(cx.error(Code::Shape, format!("tensor {i} has shape {}, the first one {}", t.shape, first.shape)));
        }
        for d in 0..first.shape.rank() {
            cx.same_dim(&first.shape[d], &t.shape[d], &format!("axis {d} of tensor {i}"))?;
        }
    }
    Ok(vec![Type::new(first.dtype, with_dim(&first.shape, axis, cx.inputs.len()))])
}
