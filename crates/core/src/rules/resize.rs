//! Resizing as sums along one axis at a time: which elements an output element takes, and how much of
//! each, as TensorFlow 2's `tf.image.resize` counts. Positions are f32, as there.

use crate::op::{Attr, AttrKind, Default};
use crate::{AttrsRef, Dim, Error, Result};

/// Attributes of `resize` and its gradient, apart from the sizes.
pub(crate) const METHOD: Attr = Attr::optional("method", AttrKind::Enum(&["nearest", "bilinear", "bicubic"]), Default::Enum(1));
/// Are the corner elements' centres aligned?
pub(crate) const ALIGN_CORNERS: Attr = Attr::optional("align_corners", AttrKind::Bool, Default::Bool(false));
/// Are elements areas with their centres at ½?
pub(crate) const HALF_PIXEL_CENTERS: Attr = Attr::optional("half_pixel_centers", AttrKind::Bool, Default::Bool(true));
/// Does shrinking average over all that an output element covers?
pub(crate) const ANTIALIAS: Attr = Attr::optional("antialias", AttrKind::Bool, Default::Bool(false));

/// What one output element takes: `weights[k]` of element `start + k`.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// First element.
    pub start: usize,
    /// Its weight and those of the next ones.
    pub weights: Vec<f64>,
}

/// How an axis is resized.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    nearest: bool,
    cubic: bool,
    align_corners: bool,
    half_pixel: bool,
    antialias: bool,
}

impl Method {
    /// The method that the attributes of `resize` or its gradient name.
    ///
    /// # Errors
    /// `align_corners` together with `half_pixel_centers`.
    pub fn of(attrs: AttrsRef<'_>) -> Result<Method> {
        let name = attrs.choice("method")?;
        let m = Method {
            nearest: name == "nearest",
            cubic: name == "bicubic",
            align_corners: attrs.bool("align_corners")?,
            half_pixel: attrs.bool("half_pixel_centers")?,
            antialias: attrs.bool("antialias")? && name != "nearest",
        };
        if m.align_corners && m.half_pixel {
            return Err(Error::option("alignCorners needs halfPixelCenters: false").in_op(attrs.op.name));
        }
        if m.antialias && !m.half_pixel {
            return Err(Error::option("antialias needs halfPixelCenters").in_op(attrs.op.name));
        }
        Ok(m)
    }

    /// What each of `to` output elements takes of `from` elements.
    pub fn spans(&self, from: usize, to: usize) -> Vec<Span> {
        let scale =
            if self.align_corners && to > 1 { (from.max(1) - 1) as f32 / (to - 1) as f32 } else { from as f32 / to as f32 };
        (0..to).map(|i| if self.antialias { self.averaged(i, from, scale) } else { self.sampled(i, from, scale) }).collect()
    }

    fn sampled(&self, i: usize, from: usize, scale: f32) -> Span {
        let last = from.max(1) - 1;
        let position = if self.half_pixel { (i as f32 + 0.5) * scale } else { i as f32 * scale };
        if self.nearest {
            let at = if self.align_corners { position.round() } else { position.floor() };
            return Span { start: (at.max(0.0) as usize).min(last), weights: vec![1.0] };
        }
        let at = if self.half_pixel { position - 0.5 } else { position };
        let low = at.floor();
        let fraction = at - low;
        if self.cubic {
            return self.cubic_taps(low as i64, fraction, last);
        }
        let start = (low.max(0.0) as usize).min(last);
        let end = (at.ceil().max(0.0) as usize).min(last);
        if start == end {
            return Span { start, weights: vec![1.0] };
        }
        Span { start, weights: vec![1.0 - f64::from(fraction), f64::from(fraction)] }
    }

    /// Keys's cubic through four elements, its argument rounded to 1/1024 as TensorFlow's table is. With half-pixel
    /// centres taps outside are left out (a = −½), else they repeat the border (a = −¾).
    fn cubic_taps(&self, low: i64, fraction: f32, last: usize) -> Span {
        let a = if self.half_pixel { -0.5 } else { -0.75 };
        let t = (f64::from(fraction) * 1024.0).round_ties_even() / 1024.0;
        let taps = [1.0 + t, t, 1.0 - t, 2.0 - t].map(|x| keys(x, a));
        let inside = |k: i64| (low - 1 + k).clamp(0, last as i64) as usize;
        let start = inside(0);
        let mut weights = vec![0.0; inside(3) - start + 1];
        for (k, w) in taps.into_iter().enumerate() {
            let outside = inside(k as i64) as i64 != low - 1 + k as i64;
            if !(self.half_pixel && outside) {
                weights[inside(k as i64) - start] += w;
            }
        }
        if self.half_pixel {
            normalize(&mut weights);
        }
        Span { start, weights }
    }

    /// A kernel as wide as an output element covers, over all elements that it touches.
    fn averaged(&self, i: usize, from: usize, scale: f32) -> Span {
        let centre = (i as f32 + 0.5) * scale;
        let wide = scale.max(1.0);
        let radius = if self.cubic { 2.0 } else { 1.0 } * wide;
        let last = from.max(1) - 1;
        let start = ((centre - radius - 0.5).ceil().max(0.0) as usize).min(last);
        let end = ((centre + radius - 0.5).floor().max(0.0) as usize).min(last);
        let mut weights: Vec<f64> = (start..=end.max(start))
            .map(|j| {
                let x = f64::from(((j as f32 + 0.5 - centre) / wide).abs());
                if self.cubic { keys(x, -0.5) } else { (1.0 - x).max(0.0) }
            })
            .collect();
        normalize(&mut weights);
        Span { start, weights }
    }
}

/// Keys's cubic kernel with parameter `a` at distance `x`.
fn keys(x: f64, a: f64) -> f64 {
    match x {
        x if x <= 1.0 => ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0,
        x if x < 2.0 => ((a * x - 5.0 * a) * x + 8.0 * a) * x - 4.0 * a,
        _ => 0.0,
    }
}

fn normalize(weights: &mut [f64]) {
    let total: f64 = weights.iter().sum();
    if total.abs() > 1e-30 {
        weights.iter_mut().for_each(|w| *w /= total);
    }
}

/// Attribute `size`: one size of at least 1 for each of `spatial` axes.
pub(crate) fn sizes(attrs: AttrsRef<'_>, spatial: usize) -> Result<&[Dim]> {
    let given = attrs.dims("size")?;
    if given.len() != spatial || given.iter().any(|n| n.known() == Some(0)) {
        let text: Vec<String> = given.iter().map(Dim::to_string).collect();
        let message = format!("attribute size: expected {spatial} sizes of at least 1, received [{}]", text.join(","));
        return Err(Error::option(message).in_op(attrs.op.name));
    }
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn method(nearest: bool, cubic: bool, antialias: bool) -> Method {
        Method { nearest, cubic, align_corners: false, half_pixel: true, antialias }
    }

    #[test]
    fn weights_add_up_to_one() {
        for (from, to) in [(1, 4), (4, 1), (3, 7), (7, 3), (8, 8), (5, 64)] {
            for m in [
                method(true, false, false),
                method(false, false, false),
                method(false, true, false),
                method(false, true, true),
                method(false, false, true),
            ] {
                for s in m.spans(from, to) {
                    assert!((s.weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
                    assert!(s.start + s.weights.len() <= from);
                }
            }
        }
    }

    #[test]
    fn doubling_takes_quarters_between_centres() {
        let s = method(false, false, false).spans(2, 4);
        assert_eq!(s[0], Span { start: 0, weights: vec![1.0] });
        assert_eq!(s[1], Span { start: 0, weights: vec![0.75, 0.25] });
        assert_eq!(s[2], Span { start: 0, weights: vec![0.25, 0.75] });
        assert_eq!(method(true, false, false).spans(2, 4).iter().map(|s| s.start).collect::<Vec<_>>(), [0, 0, 1, 1]);
    }

    #[test]
    fn the_same_size_changes_nothing() {
        for m in [method(true, false, false), method(false, false, false), method(false, true, false), method(false, true, true)]
        {
            for (i, s) in m.spans(5, 5).into_iter().enumerate() {
                let at: f64 = s.weights.iter().enumerate().map(|(k, w)| w * (s.start + k) as f64).sum();
                assert!((at - i as f64).abs() < 1e-6);
            }
        }
    }
}
