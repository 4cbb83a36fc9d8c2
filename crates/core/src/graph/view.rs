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
        let mut step = 1;
        for i in (0..self.shape.len()).rev() {
            if self.shape[i] != 1 && self.strides[i] != step {
                return self.size() == 0;
            }
            step *= self.shape[i] as isize;
        }
        true
    }
}

/// The layout of a view op's output, or `None` where it must copy (a reshape of strided data).
pub fn view(attrs: AttrsRef<'_>, input: &Layout, out_shape: &[usize]) -> Result<Option<Layout>> {
    let rank = input.shape.len();
    let moved = |shape: &[usize], strides: SmallVec<[isize; 4]>, offset| Layout { shape: shape.into(), strides, offset };
    Ok(match attrs.op.name {
        "reshape" | "expand_dims" | "squeeze" | "flatten" => {
            input.is_contiguous().then(|| Layout { offset: input.offset, ..Layout::contiguous(out_shape) })
        }
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
            let (begin, steps) = (attrs.i64s("begin")?, attrs.i64s("strides")?);
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
        _ => None,
    })
}
