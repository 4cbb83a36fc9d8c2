//! `transpose`

use crate::infer::normalize_axis;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::axes::{inverse, permute};
use crate::vjp::Grad;
use crate::{AttrsRef, Code, Error, Result, Type};

pub static DEF: OpDef = OpDef {
    name: "transpose",
    version: 1,
    group: "shape",
    doc: "`x` with its axes in the order `axes`; reversed when absent.",
    args: &[Arg::one("x")],
    attrs: &[Attr::optional("axes", AttrKind::I64s, Default::Absent)],
    outputs: ONE,
    infer: |cx| {
        let t = cx.input(0)?;
        let order = order(cx.attrs, t.shape.rank())?;
        Ok(vec![Type::new(t.dtype, order.iter().map(|&a| t.shape[a].clone()).collect())])
    },
    lower: Lower::View,
    vjp: Vjp::Rule(|cx| {
        let order = order(cx.attrs, cx.x_type(0).shape.rank())?;
        let dy = cx.dy(0)?;
        Ok(vec![Some(Grad::Dense(permute(cx, dy, &inverse(&order))?))])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.0)]),
            sample(vec![floats(&[2, 3, 4], -2.0, 2.0)]).i64s("axes", &[1, 2, 0]),
            sample(vec![floats(&[2, 3, 4], -2.0, 2.0)]).i64s("axes", &[0, -1, 1]),
            sample(vec![floats(&[2, 3], -2.0, 2.0)]).i64s("axes", &[0, 0]).refused(Code::Shape),
            sample(vec![floats(&[2, 3], -2.0, 2.0)]).i64s("axes", &[0]).refused(Code::Shape),
        ]
    },
    method: true,
};

fn order(attrs: AttrsRef<'_>, rank: usize) -> Result<Vec<usize>> {
    if !attrs.has("axes") {
        return Ok((0..rank).rev().collect());
    }
    let given = attrs.i64s("axes")?;
    let order: Vec<usize> = given.iter().map(|&a| normalize_axis(a, rank)).collect::<Result<_>>()?;
    let mut sorted = order.clone();
    sorted.sort_unstable();
    if sorted.iter().copied().ne(0..rank) {
        return Err(Error::shape(format!("axes {given:?} do not name each of the {rank} axes once")));
    }
    Ok(order)
}
