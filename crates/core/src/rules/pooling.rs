//! What the pools share: attributes, output shapes, and the composites over channels-last pools of any
//! spatial rank.

use super::axes::permute;
use super::window::{DATA_FORMAT, PADDING, PADS, Window, channels_first, each, to_first, to_last, windows};
use crate::graph::Builder;
use crate::infer::Infer;
use crate::op::{Attr, AttrKind, Default};
use crate::{AttrValue, AttrsRef, Code, Error, Result, Shape, Value};

/// Attribute `pool_size`: one for all spatial axes or one each.
pub(crate) const POOL_SIZE: Attr = Attr::required("pool_size", AttrKind::I64s);

/// Attribute `strides`; absent: as the pool.
pub(crate) const STRIDES: Attr = Attr::optional("strides", AttrKind::I64s, Default::Absent);

/// Attributes of the public pools.
pub(crate) const ATTRS: &[Attr] = &[POOL_SIZE, STRIDES, PADDING, PADS, DATA_FORMAT];

/// Attributes of the channels-last pools and their gradients.
pub(crate) const PLAIN_ATTRS: &[Attr] = &[POOL_SIZE, STRIDES, PADDING, PADS];

/// The attributes `pool_size`, `strides`, `padding`, `pads` of one pool, for another.
pub(crate) fn carried(attrs: AttrsRef<'_>) -> Vec<(&'static str, AttrValue)> {
    ["pool_size", "strides", "padding", "pads"].into_iter().map(|name| (name, attrs.get(name).clone())).collect()
}

/// The windows of a pool over `spatial` axes.
pub fn windows_of(attrs: AttrsRef<'_>, spatial: usize) -> Result<Vec<Window>> {
    windows(attrs, &each(attrs, "pool_size", spatial)?, false)
}

/// Shape of the pool of `x` `[batch, …, channels]`.
pub(crate) fn shape(cx: &Infer<'_>, x: &Shape) -> Result<Shape> {
    let rank = x.rank();
    if rank < 3 {
        return Err(cx.error(Code::Shape, format!("expected [batch, …, channels] of rank 3 or more, received {x}")));
    }
    let windows = windows_of(cx.attrs, rank - 2)?;
    let mut out = x.clone();
    for (i, w) in windows.iter().enumerate() {
        if !w.fits(&x[i + 1]) {
            let message = format!("a pool of {} does not fit the {} of spatial axis {i}", w.size, x[i + 1]);
            return Err(cx.error(Code::Shape, message));
        }
        let padded = matches!(w.padding, super::window::Padding::Explicit(..));
        if padded && x[i + 1].known() == Some(0) {
            return Err(cx.error(Code::Shape, format!("spatial axis {i} is empty: its windows would hold nothing but padding")));
        }
        if matches!(w.padding, super::window::Padding::Explicit(before, after) if before >= w.size || after >= w.size) {
            return Err(cx.error(Code::Option, format!("attribute pads: expected less than the pool size {}", w.size)));
        }
        out.0[i + 1] = w.count(&x[i + 1]);
    }
    Ok(out)
}

/// Shape of a public pool of `x` in its data format.
pub(crate) fn shape_in_format(cx: &Infer<'_>, x: &Shape) -> Result<Shape> {
    let rank = x.rank();
    if rank < 3 || !channels_first(cx.attrs)? {
        return shape(cx, x);
    }
    let reorder = |s: &Shape, axes: Vec<usize>| -> Shape { axes.iter().map(|&a| s[a].clone()).collect() };
    Ok(reorder(&shape(cx, &reorder(x, to_last(rank)))?, to_first(rank)))
}

/// Lowers a public pool to the channels-last pool `name`.
pub(crate) fn lower(b: &mut Builder<'_>, inputs: &[Option<Value>], attrs: AttrsRef<'_>, name: &str) -> Result<Vec<Value>> {
    let x = inputs[0].ok_or_else(|| Error::internal("x is absent"))?;
    let rank = b.rank(x);
    let given = carried(attrs);
    if !channels_first(attrs)? {
        return Ok(vec![b.op(name, &[x], &given)?]);
    }
    let x = permute(b, x, &to_last(rank))?;
    let y = b.op(name, &[x], &given)?;
    Ok(vec![permute(b, y, &to_first(rank))?])
}
