//! Layouts (shape, strides, offset) and what view ops do to them.

use crate::{AttrsRef, Result};
use smallvec::SmallVec;

/// How elements of a tensor lie in a buffer; strides and offset in elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Sizes.
    pub shape: SmallVec<[usize; 4]>,
    /// Steps between neighbours; 0 repeats an element, negative walks back.
    pub strides: SmallVec<[isize; 4]>,
    /// First element.
    pub offset: usize,
}

impl Layout {
    /// Row-major without gaps.
    pub fn contiguous(shape: &[usize]) -> Layout {
        let mut strides: SmallVec<[isize; 4]> = SmallVec::from_elem(0, shape.len());
        let mut step = 1;
        for i in (0..shape.len()).rev() {
            strides[i] = step;
            step *= shape[i].max(1) as isize;
        }
        Layout { shape: shape.into(), strides, offset: 0 }
    }

    /// Number of elements.
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }

    /// Is it row-major without gaps (dimensions of size 1 may have any stride)?
    pub fn is_contiguous(&self) -> bool {
        is_contiguous(&self.shape, &self.strides)
    }
}

/// Does this view op only give the same elements in the same order another shape?
pub fn keeps_order(op: &str) -> bool {
    matches!(op, "reshape" | "expand_dims" | "squeeze")
}

/// Are elements with these sizes and steps row-major without gaps? Dimensions of size 1 may have any step.
pub fn is_contiguous(shape: &[usize], strides: &[isize]) -> bool {
    let mut step = 1;
    for (&size, &stride) in shape.iter().zip(strides).rev() {
        if size != 1 && stride != step {
            return shape.contains(&0);
        }
        step *= size as isize;
    }
    true
}

/// The layout of a view op's output, or `None` where it must copy (a reshape of strided data).
pub fn view(attrs: AttrsRef<'_>, input: &Layout, out_shape: &[usize]) -> Result<Option<Layout>> {
    let rank = input.shape.len();
    let moved = |shape: &[usize], strides: SmallVec<[isize; 4]>, offset| Layout { shape: shape.into(), strides, offset };
    Ok(match attrs.op.name {
        op if keeps_order(op) => reshaped(input, out_shape),
        "transpose" => {
            let strides = if attrs.has("axes") {
                let mut s = SmallVec::new();
                for &a in attrs.i64s("axes")? {
                    s.push(input.strides[crate::infer::normalize_axis(a, rank)?]);
                }
                s
            } else {
                input.strides.iter().rev().copied().collect()
            };
            Some(moved(out_shape, strides, input.offset))
        }
        "broadcast_to" => {
            let lead = out_shape.len() - rank;
            let strides = (0..out_shape.len())
                .map(|i| if i < lead || (input.shape[i - lead] == 1 && out_shape[i] != 1) { 0 } else { input.strides[i - lead] })
                .collect();
            Some(moved(out_shape, strides, input.offset))
        }
        "strided_slice" => {
            let begin = attrs.i64s("begin")?;
            let steps = if attrs.has("strides") { attrs.i64s("strides")? } else { &[] };
            let mut offset = input.offset as isize;
            let mut strides = input.strides.clone();
            for i in 0..begin.len().min(rank) {
                let n = input.shape[i] as i64;
                let step = steps.get(i).copied().unwrap_or(1);
                let b = if begin[i] < 0 { begin[i].saturating_add(n) } else { begin[i] };
                let b = if step > 0 { b.clamp(0, n) } else { b.clamp(-1, n - 1) };
                if out_shape[i] != 0 {
                    offset += b as isize * input.strides[i];
                }
                strides[i] = input.strides[i] * step as isize;
            }
            if out_shape.contains(&0) {
                offset = input.offset as isize;
            }
            Some(moved(out_shape, strides, offset as usize))
        }
        "diag_part" => {
            let (rows, columns) = (input.strides[rank - 2], input.strides[rank - 1]);
            let k = attrs.i64("offset")? as isize;
            let mut strides: SmallVec<[isize; 4]> = input.strides[..rank - 2].into();
            strides.push(rows + columns);
            let start = if k < 0 { -k * rows } else { k * columns };
            let offset = if out_shape.contains(&0) { input.offset } else { (input.offset as isize + start) as usize };
            Some(moved(out_shape, strides, offset))
        }
        _ => None,
    })
}

/// The layout of the same elements in the same order under another shape, if strides can say it.
/// Runs of axes of equal size on both sides are matched; each run must be evenly spaced inside.
fn reshaped(input: &Layout, out_shape: &[usize]) -> Option<Layout> {
    if input.is_contiguous() {
        return Some(Layout { offset: input.offset, ..Layout::contiguous(out_shape) });
    }
    let old: SmallVec<[(usize, isize); 4]> =
        input.shape.iter().zip(&input.strides).filter(|(n, _)| **n != 1).map(|(&n, &s)| (n, s)).collect();
    let mut strides: SmallVec<[isize; 4]> = SmallVec::from_elem(0, out_shape.len());
    let (mut from, mut to) = (0, 0);
    while from < old.len() {
        let (mut m, mut n) = (old[from].0, 1);
        let (mut from_end, mut to_end) = (from + 1, to);
        while m != n || to_end == to {
            if n < m || to_end == to {
                n *= out_shape.get(to_end)?;
                to_end += 1;
            } else {
                m *= old.get(from_end)?.0;
                from_end += 1;
            }
        }
        if old[from..from_end].windows(2).any(|w| w[0].1 != w[1].0 as isize * w[1].1) {
            return None;
        }
        let mut step = old[from_end - 1].1;
        for i in (to..to_end).rev() {
            strides[i] = step;
            step *= out_shape[i] as isize;
        }
        (from, to) = (from_end, to_end);
    }
    Some(Layout { shape: out_shape.into(), strides, offset: input.offset })
}

#[cfg(test)]
mod tests {
    use super::*;
    use smallvec::smallvec;

    #[test]
    fn reshapes_strided_layouts_where_strides_can_say_it() {
        // A transposed [4,6]: columns of a [6,4] buffer.
        let t = Layout { shape: smallvec![4, 6], strides: smallvec![1, 4], offset: 3 };
        let split = reshaped(&t, &[2, 2, 1, 3, 2]);
        assert_eq!(split.map(|l| l.strides.to_vec()), Some(vec![2, 1, 24, 8, 4]));
        assert_eq!(reshaped(&t, &[24]), None);
        assert_eq!(reshaped(&t, &[8, 3]), None);
        let row = Layout { shape: smallvec![1, 6], strides: smallvec![0, 2], offset: 0 };
        assert_eq!(reshaped(&row, &[6, 1]).map(|l| l.strides[0]), Some(2));
        let repeated = Layout { shape: smallvec![3, 2], strides: smallvec![0, 1], offset: 0 };
        assert_eq!(reshaped(&repeated, &[1, 3, 2]).map(|l| l.strides[1..].to_vec()), Some(vec![0, 1]));
        assert_eq!(reshaped(&repeated, &[6]), None);
    }
}
