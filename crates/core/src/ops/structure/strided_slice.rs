//! `strided_slice`

use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::axes::dims_attr;
use crate::vjp::Grad;
use crate::{Code, Dim, Result, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "strided_slice",
    version: 1,
    group: "shape",
    doc: "`x[begin:end:strides]` with Python's meaning, an entry an axis; axes without entry are taken whole. Negative bounds \
          count from the end, bounds beyond an end are moved to it, so a huge `end` means \"to the end\" (and a hugely negative \
          one, with a negative stride, \"to the start\"). Strides are 1 when absent.",
    args: &[Arg::one("x")],
    attrs: &[
        Attr::required("begin", AttrKind::I64s),
        Attr::required("end", AttrKind::I64s),
        Attr::optional("strides", AttrKind::I64s, Default::Absent),
    ],
    outputs: ONE,
    infer,
    lower: Lower::View,
    vjp: Vjp::Rule(|cx| {
        let dy = cx.dy(0)?;
        let shape = cx.x_type(0).shape;
        let mut attrs = vec![("shape", dims_attr(shape.dims()))];
        for name in ["begin", "end", "strides"] {
            attrs.push((name, cx.attrs.get(name).clone()));
        }
        Ok(vec![Some(Grad::Dense(cx.op("strided_slice_grad", &[dy], &attrs)?))])
    }),
    samples: || {
        let x = || vec![floats(&[5, 4], -2.0, 2.0)];
        vec![
            sample(x()).i64s("begin", &[1]).i64s("end", &[4]),
            sample(x()).i64s("begin", &[-4, 0]).i64s("end", &[i64::MAX, -1]).i64s("strides", &[2, 3]),
            sample(x()).i64s("begin", &[-1, 3]).i64s("end", &[i64::MIN, 0]).i64s("strides", &[-2, -1]),
            sample(x()).i64s("begin", &[3, 0]).i64s("end", &[3, 2]),
            sample(x()).i64s("begin", &[0]).i64s("end", &[4]).i64s("strides", &[0]).refused(Code::Option),
            sample(x()).i64s("begin", &[0, 0, 0]).i64s("end", &[1, 1, 1]).refused(Code::Shape),
            sample(x()).i64s("begin", &[0, 0]).i64s("end", &[1]).refused(Code::Option),
        ]
    },
    method: true,
};

/// Bounds at least this far out mean "all the way" whatever the size.
const FAR: i64 = (1 << 53) - 1;

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let t = cx.input(0)?;
    Ok(vec![Type::new(t.dtype, sliced(cx, &t.shape)?)])
}

/// The shape of the slice that the attributes take of `whole`.
pub(super) fn sliced(cx: &Infer<'_>, whole: &Shape) -> Result<Shape> {
    let (begin, end) = (cx.attrs.i64s("begin")?, cx.attrs.i64s("end")?);
    let strides = if cx.attrs.has("strides") { cx.attrs.i64s("strides")? } else { &[] };
    if begin.len() != end.len() || (!strides.is_empty() && strides.len() != begin.len()) {
        let message = format!("begin, end and strides differ in length: {begin:?}, {end:?}, {strides:?}");
        return Err(cx.error(Code::Option, message));
    }
    if begin.len() > whole.rank() {
        return Err(cx.error(Code::Shape, format!("{} bounds for shape {}", begin.len(), whole)));
    }
    let mut shape = whole.clone();
    for i in 0..begin.len() {
        let step = strides.get(i).copied().unwrap_or(1);
        if step == 0 {
            return Err(cx.error(Code::Option, format!("the stride of axis {i} is 0")));
        }
        shape.0[i] = length(&whole[i], begin[i], end[i], step);
    }
    Ok(shape)
}

/// Number of elements of `begin:end:step` of an axis of size `n`.
fn length(n: &Dim, begin: i64, end: i64, step: i64) -> Dim {
    // Distances from where the walk can start at the earliest: a bound clamped to 0..=n, for
    // walks back one further (the place before the start is 0).
    let back = i64::from(step < 0);
    let clamp = |bound: i64| match bound {
        b if b >= FAR => n.clone(),
        b if b <= -FAR => Dim::Known(0),
        b if b >= 0 => least(n, size(b + back)),
        b => n.add(size(back)).sub(size(-b)),
    };
    let (b, e) = (clamp(begin), clamp(end));
    let span = if step > 0 { e.sub(b) } else { b.sub(e) };
    let step = size(step.saturating_abs());
    if step == 1 { span } else { span.add(step - 1).div(step) }
}

/// A non-negative number as a size, at most a quarter of what sizes can be, so that sums do not overflow.
fn size(n: i64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX).min(usize::MAX / 4)
}

/// `min(n, k)`.
fn least(n: &Dim, k: usize) -> Dim {
    match n {
        _ if k == 0 => Dim::Known(0),
        Dim::Known(n) => Dim::Known(*n.min(&k)),
        n => n.sub(n.sub(k)),
    }
}
