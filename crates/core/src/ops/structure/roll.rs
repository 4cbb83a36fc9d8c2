//! `roll`

use crate::infer::normalize_axis;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::axes::{END, slice_axis};
use crate::rules::count::count;
use crate::rules::index::iota;
use crate::{AttrsRef, Builder, Code, DType, Error, Result, Shape, Value};

pub static DEF: OpDef = OpDef {
    name: "roll",
    version: 1,
    group: "shape",
    doc: "`x` with its entries moved `shift[i]` places towards the end of axis `axis[i]`; what passes the end comes in at the \
          start. Without `axis` the flattened tensor is rolled. One shift serves several axes.",
    args: &[Arg::one("x")],
    attrs: &[Attr::required("shift", AttrKind::I64s), Attr::optional("axis", AttrKind::I64s, Default::Absent)],
    outputs: ONE,
    infer: |cx| {
        shifts(cx.attrs, cx.input(0)?.shape.rank())?;
        Ok(vec![cx.input(0)?.clone()])
    },
    lower: Lower::Composite(|b, xs, attrs| {
        let x = xs[0].ok_or_else(|| Error::option("argument x is missing"))?;
        let shape = b.shape(x);
        let Some(shifts) = shifts(attrs, shape.rank())? else {
            let flat = b.reshape(x, &Shape::from_iter([shape.size()]))?;
            let total = attrs.i64s("shift")?.iter().fold(0i64, |n, s| n.wrapping_add(*s));
            let flat = roll(b, flat, 0, total)?;
            return Ok(vec![b.reshape(flat, &shape)?]);
        };
        let mut x = x;
        for (axis, shift) in shifts {
            x = roll(b, x, axis, shift)?;
        }
        Ok(vec![x])
    }),
    vjp: Vjp::Derived,
    samples: || {
        let x = || vec![floats(&[2, 5], -2.0, 2.0)];
        vec![
            sample(x()).i64s("shift", &[3]),
            sample(x()).i64s("shift", &[-2]).i64s("axis", &[1]),
            sample(x()).i64s("shift", &[1, 7]).i64s("axis", &[0, -1]),
            sample(vec![floats(&[0, 3], -2.0, 2.0)]).i64s("shift", &[1]).i64s("axis", &[0]),
            sample(x()).i64s("shift", &[1, 2, 3]).i64s("axis", &[0, 1]).refused(Code::Option),
        ]
    },
    method: true,
};

/// (axis, shift) pairs, or `None` for the flattened tensor.
fn shifts(attrs: AttrsRef<'_>, rank: usize) -> Result<Option<Vec<(usize, i64)>>> {
    let shift = attrs.i64s("shift")?;
    if !attrs.has("axis") {
        return Ok(None);
    }
    let axes = attrs.i64s("axis")?;
    if shift.len() != 1 && shift.len() != axes.len() {
        return Err(Error::option(format!("{} shifts for {} axes: {shift:?}, {axes:?}", shift.len(), axes.len())));
    }
    let pair = |(i, &a): (usize, &i64)| Ok((normalize_axis(a, rank)?, shift[i.min(shift.len() - 1)]));
    axes.iter().enumerate().map(pair).collect::<Result<_>>().map(Some)
}

fn roll(b: &mut Builder<'_>, x: Value, axis: usize, shift: i64) -> Result<Value> {
    let size = b.shape(x)[axis].clone();
    if let Some(n) = size.known() {
        let cut = if n == 0 { 0 } else { (-shift).rem_euclid(n as i64) };
        if cut == 0 {
            return Ok(x);
        }
        let (head, tail) = (slice_axis(b, x, axis, 0, cut, 1)?, slice_axis(b, x, axis, cut, END, 1)?);
        return b.op("concat", &[tail, head], &[("axis", (axis as i64).into())]);
    }
    let at = iota(b, &Shape::from_iter([size]), 0, DType::I64)?;
    let shift = b.scalar(shift as f64, DType::I64);
    let n = count(b, x, &[axis], DType::I64)?;
    let at = b.sub(at, shift)?;
    let at = b.op("remainder", &[at, n], &[])?;
    b.op("gather", &[x, at], &[("axis", (axis as i64).into())])
}
