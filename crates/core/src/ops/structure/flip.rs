//! `flip`

use crate::infer::normalize_axes;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::axes::slice_axis;
use crate::{Code, Error};

pub static DEF: OpDef = OpDef {
    name: "flip",
    version: 1,
    group: "shape",
    doc: "`x` with its entries in reverse order along `axis` (an axis, several, or all when absent).",
    args: &[Arg::one("x")],
    attrs: &[Attr::optional("axis", AttrKind::I64s, Default::Absent)],
    outputs: ONE,
    infer: |cx| {
        let t = cx.input(0)?;
        cx.axes("axis", t.shape.rank())?;
        Ok(vec![t.clone()])
    },
    lower: Lower::Composite(|b, xs, attrs| {
        let mut x = xs[0].ok_or_else(|| Error::option("argument x is missing"))?;
        for axis in normalize_axes(attrs, "axis", b.rank(x))? {
            x = slice_axis(b, x, axis, -1, i64::MIN, -1)?;
        }
        Ok(vec![x])
    }),
    vjp: Vjp::Derived,
    samples: || {
        let x = || vec![floats(&[2, 3], -2.0, 2.0)];
        vec![
            sample(x()),
            sample(x()).i64s("axis", &[-1]),
            sample(vec![floats(&[0, 3], -2.0, 2.0)]),
            sample(x()).i64s("axis", &[2]).refused(Code::Shape),
        ]
    },
    method: true,
};
