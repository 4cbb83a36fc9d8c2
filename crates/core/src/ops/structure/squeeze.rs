//! `squeeze`

use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::vjp::Grad;
use crate::{Code, Dim, Result, Type};

pub static DEF: OpDef = OpDef {
    name: "squeeze",
    version: 1,
    group: "shape",
    doc: "`x` without the axes named by `axis`, which must have size 1; without all axes of size 1 when absent.",
    args: &[Arg::one("x")],
    attrs: &[Attr::optional("axis", AttrKind::I64s, Default::Absent)],
    outputs: ONE,
    infer,
    lower: Lower::View,
    vjp: Vjp::Rule(|cx| {
        let (dy, shape) = (cx.dy(0)?, cx.x_type(0).shape);
        Ok(vec![Some(Grad::Dense(cx.reshape(dy, &shape)?))])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[1, 2, 1, 3], -2.0, 2.0)]),
            sample(vec![floats(&[1, 2, 1, 3], -2.0, 2.0)]).i64s("axis", &[-2]),
            sample(vec![floats(&[1, 2], -2.0, 2.0)]).i64s("axis", &[1]).refused(Code::Shape),
        ]
    },
    method: true,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let t = cx.input(0)?;
    let axes = cx.axes("axis", t.shape.rank())?;
    let all = !cx.attrs.has("axis");
    let mut dims = Vec::new();
    for (i, d) in t.shape.dims().iter().enumerate() {
        match d {
            Dim::Expr(_) if all => {
                let message = format!("dimension {i} of {} is not known while recording: name the axes to drop", t.shape);
                return Err(cx.error(Code::Unsupported, message));
            }
            d if !axes.contains(&i) || (all && *d != Dim::Known(1)) => dims.push(d.clone()),
            Dim::Known(1) => {}
            Dim::Known(n) => return Err(cx.error(Code::Shape, format!("axis {i} of {} has size {n}, not 1", t.shape))),
            d => cx.equal.push((d.clone(), Dim::Known(1))),
        }
    }
    Ok(vec![Type::new(t.dtype, dims.into_iter().collect())])
}
