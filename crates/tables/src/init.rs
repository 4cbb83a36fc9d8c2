//! What a vector is when its key is first seen: a function of (seed, table, key, column) alone, so
//! that it depends neither on the order of keys nor on threads, and a lookup outside training sees
//! the same numbers without making a row.

use crate::store::mix;
use serde::{Deserialize, Serialize};
use talray_core::random::Stream;
use talray_core::rows::RowElement;
use talray_core::{Error, Result};

/// A distribution of first values.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind", deny_unknown_fields)]
pub enum Initializer {
    /// Zero.
    Zeros,
    /// One number everywhere.
    Constant {
        /// The number.
        value: f64,
    },
    /// Uniform in `[low, high)`.
    Uniform {
        /// Least value.
        low: f64,
        /// Bound above.
        high: f64,
    },
    /// Normal.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation, at least 0.
        stddev: f64,
    },
    /// Normal, with values further than two standard deviations from the mean drawn again.
    TruncatedNormal {
        /// Mean, before truncation.
        mean: f64,
        /// Standard deviation before truncation, at least 0.
        stddev: f64,
    },
}

impl Initializer {
    /// # Errors
    /// `OPTION` for parameters that are no numbers, `low > high` or a negative deviation.
    pub(crate) fn check(&self) -> Result<()> {
        let fine = match *self {
            Initializer::Zeros => true,
            Initializer::Constant { value } => value.is_finite(),
            Initializer::Uniform { low, high } => low.is_finite() && high.is_finite() && low <= high,
            Initializer::Normal { mean, stddev } | Initializer::TruncatedNormal { mean, stddev } => {
                mean.is_finite() && stddev.is_finite() && stddev >= 0.0
            }
        };
        if fine {
            Ok(())
        } else {
            Err(Error::option(format!(
                "an initializer takes finite numbers, low <= high and a standard deviation of at least 0; received {self:?}"
            )))
        }
    }

    /// Fills the vector of `key`. Values are computed in f64 and rounded once, so that an f32 and
    /// an f64 table of the same seed start alike.
    pub(crate) fn fill<T: RowElement>(&self, seed: u64, key: u64, vector: &mut [T]) {
        let stream = Stream::seeded(seed).advance(key);
        match *self {
            Initializer::Zeros => vector.fill(T::from_f64(0.0)),
            Initializer::Constant { value } => vector.fill(T::from_f64(value)),
            Initializer::Uniform { low, high } => {
                for (block, values) in vector.chunks_mut(4).enumerate() {
                    for (v, bits) in values.iter_mut().zip(stream.block(block as u32, 0)) {
                        *v = T::from_f64(low + (high - low) * (f64::from(bits >> 8) / 16_777_216.0));
                    }
                }
            }
            Initializer::Normal { mean, stddev } => {
                for (block, values) in vector.chunks_mut(4).enumerate() {
                    for (v, z) in values.iter_mut().zip(normals(stream.block(block as u32, 0))) {
                        *v = T::from_f64(mean + stddev * z);
                    }
                }
            }
            Initializer::TruncatedNormal { mean, stddev } => {
                for (block, values) in vector.chunks_mut(4).enumerate() {
                    let first = normals(stream.block(block as u32, 0));
                    for (i, v) in values.iter_mut().enumerate() {
                        let mut z = first[i];
                        let mut attempt = 1;
                        while z.abs() > 2.0 {
                            z = normals(stream.block(block as u32, attempt))[i];
                            attempt += 1;
                        }
                        *v = T::from_f64(mean + stddev * z);
                    }
                }
            }
        }
    }
}

/// The stream's seed of a table.
pub(crate) fn table_seed(seed: u64, name: &str) -> u64 {
    name.bytes().fold(mix(seed ^ 0x9e37_79b9_7f4a_7c15), |h, b| mix(h ^ u64::from(b)))
}

/// Four standard normals from four words (Box and Muller, two pairs).
fn normals(bits: [u32; 4]) -> [f64; 4] {
    let [a, b] = pair(bits[0], bits[1]);
    let [c, d] = pair(bits[2], bits[3]);
    [a, b, c, d]
}

fn pair(a: u32, b: u32) -> [f64; 2] {
    const STEP: f64 = 1.0 / 4_294_967_296.0;
    let radius = (-2.0 * ((f64::from(a) + 0.5) * STEP).ln()).sqrt();
    let (sin, cos) = (std::f64::consts::TAU * f64::from(b) * STEP).sin_cos();
    [radius * cos, radius * sin]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(init: Initializer, rows: u64) -> Vec<f64> {
        let mut all = Vec::new();
        for key in 0..rows {
            let mut vector = [0.0f64; 10];
            init.fill(7, key, &mut vector);
            all.extend(vector);
        }
        all
    }

    fn moments(x: &[f64]) -> (f64, f64) {
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        (mean, (x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / x.len() as f64).sqrt())
    }

    #[test]
    fn distributions_have_their_moments_and_bounds() {
        let x = draw(Initializer::Uniform { low: -0.5, high: 1.5 }, 20_000);
        let (mean, deviation) = moments(&x);
        assert!((mean - 0.5).abs() < 0.01 && (deviation - 2.0 / 12f64.sqrt()).abs() < 0.01);
        assert!(x.iter().all(|v| (-0.5..1.5).contains(v)));
        let (mean, deviation) = moments(&draw(Initializer::Normal { mean: 3.0, stddev: 2.0 }, 20_000));
        assert!((mean - 3.0).abs() < 0.02 && (deviation - 2.0).abs() < 0.02);
        let x = draw(Initializer::TruncatedNormal { mean: 0.0, stddev: 1.0 }, 20_000);
        // The deviation of a standard normal cut at two deviations.
        assert!((moments(&x).1 - 0.879_625_66).abs() < 0.005);
        assert!(x.iter().all(|v| v.abs() <= 2.0));
    }

    #[test]
    fn a_vector_depends_on_seed_table_and_key() {
        let draw = |seed, name, key| {
            let mut v = [0.0f32; 5];
            Initializer::Uniform { low: 0.0, high: 1.0 }.fill(table_seed(seed, name), key, &mut v);
            v
        };
        let base = draw(1, "users", 9);
        assert_eq!(base, draw(1, "users", 9));
        for other in [draw(2, "users", 9), draw(1, "items", 9), draw(1, "users", 10)] {
            assert!(base.iter().zip(other).all(|(a, b)| *a != b));
        }
    }
}
