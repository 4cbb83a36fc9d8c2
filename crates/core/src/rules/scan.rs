//! What cumulative ops share: attributes and steps along the axis.

use super::axes::{END, pad_axis, slice_axis};
use super::index::iota;
use crate::infer::normalize_axis;
use crate::op::{Attr, AttrKind, Default, Sample, floats, sample};
use crate::vjp::VjpCx;
use crate::{AttrsRef, Builder, Code, DType, Result, Value};

/// `axis`, `exclusive` (leave the element itself out) and `reverse` (from the end).
pub const ATTRS: &[Attr] = &[
    Attr::optional("axis", AttrKind::I64, Default::I64(0)),
    Attr::optional("exclusive", AttrKind::Bool, Default::Bool(false)),
    Attr::optional("reverse", AttrKind::Bool, Default::Bool(false)),
];

/// The attributes of a cumulative op: axis, exclusive, reverse.
pub fn attrs(attrs: AttrsRef<'_>, rank: usize) -> Result<(usize, bool, bool)> {
    Ok((normalize_axis(attrs.i64("axis")?, rank)?, attrs.bool("exclusive")?, attrs.bool("reverse")?))
}

/// Appends cumulative op `name`.
pub fn scan(b: &mut Builder<'_>, name: &str, v: Value, axis: usize, exclusive: bool, reverse: bool) -> Result<Value> {
    b.op(name, &[v], &[("axis", (axis as i64).into()), ("exclusive", exclusive.into()), ("reverse", reverse.into())])
}

/// Each element's neighbour in the direction of the scan (`ahead`) or against it; 0 past the end.
pub fn neighbour(b: &mut Builder<'_>, v: Value, axis: usize, reverse: bool, ahead: bool) -> Result<Value> {
    if reverse != ahead {
        let v = pad_axis(b, v, axis, 0, 1)?;
        slice_axis(b, v, axis, 1, END, 1)
    } else {
        let v = pad_axis(b, v, axis, 1, 0)?;
        slice_axis(b, v, axis, 0, -1, 1)
    }
}

/// The gradient of `cummax` and `cummin`: each goes to the last element, in the direction of the scan, that set the record.
pub fn record_vjp(cx: &mut VjpCx<'_, '_>, name: &str) -> Result<Value> {
    let x = cx.x(0);
    let shape = cx.x_type(0).shape;
    let (axis, exclusive, reverse) = attrs(cx.attrs, shape.rank())?;
    let mut dy = cx.dy(0)?;
    let mut y = cx.y(0);
    if exclusive {
        dy = neighbour(cx, dy, axis, reverse, true)?;
        y = scan(cx, name, x, axis, false, reverse)?;
    }
    let same = cx.equal(x, y)?;
    let nan = cx.not_equal(x, x)?;
    let set = cx.op("logical_or", &[same, nan], &[])?;
    let place = iota(cx, &shape, axis, DType::I32)?;
    let unset = cx.scalar(if reverse { f64::from(i32::MAX) } else { 0.0 }, DType::I32);
    let place = cx.select(set, place, unset)?;
    let at = scan(cx, if reverse { "cummin" } else { "cummax" }, place, axis, false, reverse)?;
    super::index::sum_along(cx, at, dy, axis, &shape[axis])
}

/// Samples of every cumulative op.
pub fn samples() -> Vec<Sample> {
    let x = || vec![floats(&[3, 4], -2.0, 2.0)];
    vec![
        sample(x()),
        sample(x()).attr("axis", (-1i64).into()).attr("exclusive", true.into()),
        sample(x()).attr("axis", 1i64.into()).attr("reverse", true.into()),
        sample(x()).attr("exclusive", true.into()).attr("reverse", true.into()),
        sample(vec![floats(&[2, 5, 3], 0.5, 2.0)]).attr("axis", 1i64.into()),
        sample(vec![floats(&[0, 3], 0.5, 2.0)]),
        sample(x()).attr("axis", 2i64.into()).refused(Code::Shape),
    ]
}

/// As [`samples`]; where an exclusive one starts with an infinity, gradients are not compared.
pub fn record_samples() -> Vec<Sample> {
    let exclusive = |s: &Sample| s.attrs.iter().any(|(name, _)| *name == "exclusive");
    samples().into_iter().map(|s| if exclusive(&s) { s.no_grad() } else { s }).collect()
}
