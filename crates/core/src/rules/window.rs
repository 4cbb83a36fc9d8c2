//! Sliding windows over one spatial axis: strides, dilation, padding and the sizes they give, as
//! TensorFlow counts them. Convolutions and pools share it; kernels read it too.

use crate::op::{Attr, AttrKind, Default};
use crate::{AttrsRef, Dim, Error, Result};

/// Attribute `strides`: one for all spatial axes or one each.
pub const STRIDES: Attr = Attr::optional("strides", AttrKind::I64s, Default::I64s(&[1]));
/// Attribute `padding`.
pub const PADDING: Attr = Attr::optional("padding", AttrKind::Enum(&["valid", "same", "explicit"]), Default::Enum(0));
/// Attribute `pads`: before and after each spatial axis in turn, for `padding` `explicit`.
pub const PADS: Attr = Attr::optional("pads", AttrKind::I64s, Default::Absent);
/// Attribute `dilations`: one for all spatial axes or one each.
pub const DILATIONS: Attr = Attr::optional("dilations", AttrKind::I64s, Default::I64s(&[1]));
/// Attribute `data_format`.
pub const DATA_FORMAT: Attr =
    Attr::optional("data_format", AttrKind::Enum(&["channels_last", "channels_first"]), Default::Enum(0));

/// What is added around an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// Nothing.
    Valid,
    /// What makes the output ⌈n / stride⌉ long, the larger half after.
    Same,
    /// So much before and after.
    Explicit(usize, usize),
}

/// A window along one spatial axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Taps.
    pub size: usize,
    /// Step between windows.
    pub stride: usize,
    /// Step between taps.
    pub dilation: usize,
    /// Padding.
    pub padding: Padding,
}

impl Window {
    /// Elements from the first tap to the last.
    pub fn reach(&self) -> usize {
        (self.size.max(1) - 1) * self.dilation + 1
    }

    /// Windows along an axis of `n` elements.
    pub fn count(&self, n: &Dim) -> Dim {
        let padded = match self.padding {
            Padding::Same => return n.add(self.stride - 1).div(self.stride),
            Padding::Valid => n.clone(),
            Padding::Explicit(before, after) => n.add(before + after),
        };
        padded.sub(self.reach() - 1).add(self.stride - 1).div(self.stride)
    }

    /// Windows along an axis of `n` elements.
    pub fn count_of(&self, n: usize) -> usize {
        self.count(&Dim::Known(n)).known().unwrap_or(0)
    }

    /// Padding before an axis of `n` elements: window i starts at i·stride − this.
    pub fn before(&self, n: usize) -> usize {
        match self.padding {
            Padding::Valid => 0,
            Padding::Explicit(before, _) => before,
            Padding::Same => {
                let windows = n.div_ceil(self.stride);
                (windows.saturating_sub(1) * self.stride + self.reach()).saturating_sub(n) / 2
            }
        }
    }

    /// Does an axis of `n` elements hold at least one window (as far as is known)?
    pub fn fits(&self, n: &Dim) -> bool {
        match (self.padding, n.known()) {
            (Padding::Valid, Some(n)) => n >= self.reach(),
            (Padding::Explicit(before, after), Some(n)) => n + before + after >= self.reach(),
            _ => true,
        }
    }
}

/// The windows of `sizes` taps along the spatial axes, from attributes `strides` (absent: as `sizes`),
/// `padding`, `pads` and, if `dilated`, `dilations`.
///
/// # Errors
/// Lists of another length than 1 or the number of axes, or numbers below 1 (pads: 0).
pub fn windows(attrs: AttrsRef<'_>, sizes: &[usize], dilated: bool) -> Result<Vec<Window>> {
    let rank = sizes.len();
    let strides = if attrs.has("strides") { each(attrs, "strides", rank)? } else { sizes.to_vec() };
    let dilations = if dilated { each(attrs, "dilations", rank)? } else { vec![1; rank] };
    let choice = attrs.choice("padding")?;
    if (choice == "explicit") != attrs.has("pads") {
        return Err(Error::option("pads go with padding explicit, and only with it").in_op(attrs.op.name));
    }
    let padding = |i: usize| -> Result<Padding> {
        Ok(match choice {
            "same" => Padding::Same,
            "explicit" => {
                let pads = attrs.i64s("pads")?;
                if pads.len() != 2 * rank || pads.iter().any(|&p| p < 0) {
                    let message = format!("attribute pads: expected {} numbers of at least 0, received {pads:?}", 2 * rank);
                    return Err(Error::option(message).in_op(attrs.op.name));
                }
                Padding::Explicit(pads[2 * i] as usize, pads[2 * i + 1] as usize)
            }
            _ => Padding::Valid,
        })
    };
    (0..rank).map(|i| Ok(Window { size: sizes[i], stride: strides[i], dilation: dilations[i], padding: padding(i)? })).collect()
}

/// Attribute `name` as one number of at least 1 for each of `rank` axes.
pub fn each(attrs: AttrsRef<'_>, name: &str, rank: usize) -> Result<Vec<usize>> {
    let given = attrs.i64s(name)?;
    if given.iter().any(|&n| n < 1) || (given.len() != 1 && given.len() != rank) {
        let message = format!("attribute {name}: expected 1 or {rank} numbers of at least 1, received {given:?}");
        return Err(Error::option(message).in_op(attrs.op.name));
    }
    Ok((0..rank).map(|i| given[if given.len() == 1 { 0 } else { i }] as usize).collect())
}

/// Are channels before the spatial axes?
pub fn channels_first(attrs: AttrsRef<'_>) -> Result<bool> {
    Ok(attrs.choice("data_format")? == "channels_first")
}

/// The order of axes that takes channels first to channels last.
pub fn to_last(rank: usize) -> Vec<usize> {
    std::iter::once(0).chain(2..rank).chain([1]).collect()
}

/// The order of axes that takes channels last to channels first.
pub fn to_first(rank: usize) -> Vec<usize> {
    [0, rank - 1].into_iter().chain(1..rank - 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_padding_puts_the_larger_half_after() {
        let w = |size, stride, dilation| Window { size, stride, dilation, padding: Padding::Same };
        // TensorFlow: 5 elements, 2 taps, stride 1: 5 windows, nothing before, one after.
        assert_eq!((w(2, 1, 1).count_of(5), w(2, 1, 1).before(5)), (5, 0));
        assert_eq!((w(3, 2, 1).count_of(5), w(3, 2, 1).before(5)), (3, 1));
        assert_eq!((w(3, 2, 1).count_of(6), w(3, 2, 1).before(6)), (3, 0));
        assert_eq!((w(3, 1, 2).count_of(7), w(3, 1, 2).before(7)), (7, 2));
        assert_eq!((w(1, 3, 1).count_of(7), w(1, 3, 1).before(7)), (3, 0));
    }

    #[test]
    fn valid_windows_lie_inside() {
        let w = Window { size: 3, stride: 2, dilation: 2, padding: Padding::Valid };
        assert_eq!((w.reach(), w.count_of(5), w.count_of(6), w.count_of(7)), (5, 1, 1, 2));
        assert_eq!(w.count_of(4), 0);
        assert!(!w.fits(&Dim::Known(4)));
        let n = Dim::sym(0);
        assert_eq!(w.count(&n).eval(&[Some(7)]), Some(2));
    }
}
