//! `broadcast_to`

use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::vjp::Grad;
use crate::{Code, Dim, Result, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "broadcast_to",
    version: 1,
    group: "shape",
    doc: "`x` repeated to `shape`: axes of size 1, and new axes in front, are repeated (NumPy's rule).",
    args: &[Arg::one("x")],
    attrs: &[Attr::required("shape", AttrKind::Dims)],
    outputs: ONE,
    infer,
    lower: Lower::View,
    vjp: Vjp::Rule(|cx| {
        let (dy, shape) = (cx.dy(0)?, cx.x_type(0).shape);
        Ok(vec![Some(Grad::Dense(cx.sum_to(dy, &shape)?))])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[3], -2.0, 2.0)]).dims("shape", &[2, 3]),
            sample(vec![floats(&[2, 1, 3], -2.0, 2.0)]).dims("shape", &[4, 2, 5, 3]),
            sample(vec![floats(&[], -2.0, 2.0)]).dims("shape", &[2, 2]),
            sample(vec![floats(&[1, 3], -2.0, 2.0)]).dims("shape", &[0, 3]),
            sample(vec![floats(&[3], -2.0, 2.0)]).dims("shape", &[3, 2]).refused(Code::Shape),
            sample(vec![floats(&[2, 3], -2.0, 2.0)]).dims("shape", &[3]).refused(Code::Shape),
        ]
    },
    method: true,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let t = cx.input(0)?;
    let shape: Shape = cx.attrs.dims("shape")?.iter().cloned().collect();
    let refused = || cx.error(Code::Shape, format!("shape {} does not broadcast to {shape}", t.shape));
    let Some(lead) = shape.rank().checked_sub(t.shape.rank()) else { return Err(refused()) };
    let mut equal = Vec::new();
    for (from, to) in t.shape.dims().iter().zip(&shape.dims()[lead..]) {
        match (from, to) {
            (Dim::Known(1), _) => {}
            (Dim::Known(m), Dim::Known(n)) if m == n => {}
            (Dim::Known(_), Dim::Known(_)) => return Err(refused()),
            (a, b) if a == b => {}
            (a, b) => equal.push((a.clone(), b.clone())),
        }
    }
    cx.equal.extend(equal);
    Ok(vec![Type::new(t.dtype, shape)])
}
