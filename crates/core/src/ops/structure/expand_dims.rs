//! `expand_dims`

use crate::infer::{Infer, normalize_axis};
use crate::op::{Arg, Attr, AttrKind, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::vjp::Grad;
use crate::{Code, Dim, Result, Type};

pub static DEF: OpDef = OpDef {
    name: "expand_dims",
    version: 1,
    group: "shape",
    doc: "`x` with a new axis of size 1 at each place in `axis` (places in the result; negative ones count from its end).",
    args: &[Arg::one("x")],
    attrs: &[Attr::required("axis", AttrKind::I64s)],
    outputs: ONE,
    infer,
    lower: Lower::View,
    vjp: Vjp::Rule(|cx| {
        let (dy, shape) = (cx.dy(0)?, cx.x_type(0).shape);
        Ok(vec![Some(Grad::Dense(cx.reshape(dy, &shape)?))])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.0)]).i64s("axis", &[0]),
            sample(vec![floats(&[2, 3], -2.0, 2.0)]).i64s("axis", &[-1, 1]),
            sample(vec![floats(&[2, 3], -2.0, 2.0)]).i64s("axis", &[4]).refused(Code::Shape),
        ]
    },
    method: true,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let t = cx.input(0)?;
    let given = cx.attrs.i64s("axis")?;
    let rank = t.shape.rank() + given.len();
    let mut axes: Vec<usize> = given.iter().map(|&a| normalize_axis(a, rank)).collect::<Result<_>>()?;
    axes.sort_unstable();
    axes.dedup();
    if axes.len() != given.len() {
        return Err(cx.error(Code::Shape, format!("axis names a place twice: {given:?}")));
    }
    let mut old = t.shape.dims().iter().cloned();
    let dims = (0..rank).map(|i| if axes.contains(&i) { Dim::Known(1) } else { old.next().unwrap_or(Dim::Known(1)) });
    Ok(vec![Type::new(t.dtype, dims.collect())])
}
