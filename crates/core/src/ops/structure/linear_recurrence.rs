//! `linear_recurrence`

use crate::Code;
use crate::infer::normalize_axis;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::scan::neighbour;
use crate::vjp::Grad;

pub static DEF: OpDef = OpDef {
    name: "linear_recurrence",
    version: 1,
    group: "scan",
    doc: "`y[i] = a[i] * y[i - 1] + b[i]` along `axis`, starting from 0; `reverse` walks from the end. Both have one shape.",
    args: &[Arg::common("a"), Arg::common("b")],
    attrs: &[
        Attr::optional("axis", AttrKind::I64, Default::I64(0)),
        Attr::optional("reverse", AttrKind::Bool, Default::Bool(false)),
    ],
    outputs: ONE,
    infer: |cx| {
        let (a, b) = (cx.input(0)?, cx.input(1)?);
        cx.axis(cx.attrs.i64("axis")?, a.shape.rank())?;
        if a.shape.rank() != b.shape.rank() {
            return Err(cx.error(Code::Shape, format!("expected two tensors of one shape, received {} and {}", a.shape, b.shape)));
        }
        for i in 0..a.shape.rank() {
            cx.same_dim(&a.shape[i], &b.shape[i], &format!("axis {i}"))?;
        }
        Ok(vec![a.clone()])
    },
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        // s[i] = dy[i] + a[i + 1] s[i + 1] is the gradient of b; that of a is s[i] y[i - 1].
        let (a, y, dy) = (cx.x(0), cx.y(0), cx.dy(0)?);
        let axis = normalize_axis(cx.attrs.i64("axis")?, cx.rank(a))?;
        let reverse = cx.attrs.bool("reverse")?;
        let next = neighbour(cx, a, axis, reverse, true)?;
        let attrs = [("axis", (axis as i64).into()), ("reverse", (!reverse).into())];
        let db = cx.op("linear_recurrence", &[next, dy], &attrs)?;
        let last = neighbour(cx, y, axis, reverse, false)?;
        let da = cx.mul(db, last)?;
        Ok(vec![Some(Grad::Dense(da)), Some(Grad::Dense(db))])
    }),
    samples: || {
        let f = |s: &[usize]| floats(s, -1.5, 1.5);
        vec![
            sample(vec![f(&[5]), f(&[5])]),
            sample(vec![f(&[2, 4, 3]), floats(&[2, 4, 3], 0.2, 1.0)]).attr("axis", 1i64.into()),
            sample(vec![f(&[2, 4]), floats(&[2, 4], 0.2, 1.0)]).attr("axis", (-1i64).into()).attr("reverse", true.into()),
            sample(vec![f(&[2]), f(&[3])]).refused(Code::Shape),
        ]
    },
    method: false,
};
