//! From the gradient of a lookup's output to the gradient of each touched row.

use super::feature::Pooling;
use super::gather::{dot, shrink};
use super::{Lookup, RowFloat};
use crate::memory::prefetch;

/// For each position of one table, which part of the output's gradient is its own.
pub(super) struct Positions<'a, T> {
    gradient: &'a [T],
    width: usize,
    /// Where it starts.
    starts: Vec<usize>,
    /// What it is multiplied with, where that is not 1 everywhere.
    factors: Option<Vec<T>>,
    /// The norm to which the position's vector was limited; negative where it was not.
    limits: Option<Vec<T>>,
}

impl<'a, T: RowFloat> Positions<'a, T> {
    pub fn new(lookup: &Lookup<T>, table: usize, width: usize, gradient: &'a [T]) -> Positions<'a, T> {
        let spans = || lookup.spans.iter().filter(move |s| s.table == table);
        let mut starts = Vec::with_capacity(lookup.tables[table].keys.len());
        let weighted = spans().any(|s| s.factors.is_some() || s.divisors.is_some());
        let mut factors = weighted.then(Vec::new);
        let limited = spans().any(|s| s.max_norm.is_some());
        let mut limits = limited.then(Vec::new);
        for span in spans() {
            for row in 0..lookup.rows {
                let start = row * lookup.columns + span.column;
                let range = span.rows.of(row);
                match span.pooling {
                    Pooling::Flat => starts.extend((0..range.len()).map(|j| start + j * width)),
                    _ => starts.resize(starts.len() + range.len(), start),
                }
                if let Some(factors) = &mut factors {
                    let divisor = span.divisors.as_ref().map_or(T::ONE, |d| d[row]);
                    match &span.factors {
                        Some(f) => factors.extend(f[range].iter().map(|f| *f / divisor)),
                        None => factors.resize(starts.len(), T::ONE / divisor),
                    }
                }
            }
            if let Some(limits) = &mut limits {
                limits.resize(starts.len(), span.max_norm.unwrap_or(T::ZERO - T::ONE));
            }
        }
        Positions { gradient, width, starts, factors, limits }
    }

    #[inline(always)]
    pub fn prefetch(&self, positions: &[u32]) {
        for position in positions {
            let start = self.starts[*position as usize];
            prefetch(&self.gradient[start..start + self.width]);
        }
    }

    /// Sums the gradients of these positions, of one row, into `out`, in their order. `vector` is
    /// the row's vector.
    #[inline(always)]
    pub fn sum(&self, positions: &[u32], vector: &[T], out: &mut [T]) {
        for (n, position) in positions.iter().enumerate() {
            let position = *position as usize;
            let start = self.starts[position];
            let gradient = &self.gradient[start..start + self.width];
            let factor = self.factors.as_ref().map(|f| f[position]);
            let limit = self.limits.as_ref().map(|l| l[position]).filter(|l| *l >= T::ZERO);
            match (limit.and_then(|limit| shrink(vector, limit)), factor) {
                (Some(scale), factor) => {
                    // y = s·v with s = max/‖v‖, so dv = s·(g − v·(v·g)/‖v‖²).
                    let scale = factor.map_or(scale, |f| f * scale);
                    let along = dot(vector, gradient) / dot(vector, vector);
                    let of = |(g, v): (&T, &T)| (*g - *v * along) * scale;
                    accumulate(out, gradient.iter().zip(vector).map(of), n == 0);
                }
                (None, Some(factor)) => accumulate(out, gradient.iter().map(|g| *g * factor), n == 0),
                (None, None) if n == 0 => out.copy_from_slice(gradient),
                (None, None) => accumulate(out, gradient.iter().copied(), false),
            }
        }
        if positions.is_empty() {
            out.fill(T::ZERO);
        }
    }
}

#[inline(always)]
fn accumulate<T: RowFloat>(out: &mut [T], values: impl Iterator<Item = T>, first: bool) {
    if first {
        out.iter_mut().zip(values).for_each(|(o, v)| *o = v);
    } else {
        out.iter_mut().zip(values).for_each(|(o, v)| *o += v);
    }
}
