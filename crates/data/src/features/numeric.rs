//! Numbers: logarithm, scaling by figures from the data, buckets.

use super::spec::{Bucketing, DefaultValue, MissingRule, Numeric, Scale};
use crate::column::{Column, Values};
use crate::error::{Error, Result};
use crate::hash::mix;
use serde::{Deserialize, Serialize};
use std::collections::BinaryHeap;

/// The fitted rule: `(ln1p?(x) - shift) * factor`, or a bucket's number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NumericRule {
    log: bool,
    shift: f64,
    factor: f64,
    #[serde(default)]
    boundaries: Option<Vec<f64>>,
    missing: Fill,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Fill {
    Error,
    Category,
    Value(f64),
}

/// `ln(1 + x)`, mirrored below 0 so that every number has one.
fn symmetric_log(x: f64) -> f64 {
    x.abs().ln_1p().copysign(x)
}

/// Calls `each` with every row's number; NaN where it is missing.
fn each_number(name: &str, column: &Column, mut each: impl FnMut(usize, f64) -> Result<()>) -> Result<()> {
    let at = |row: usize, value: f64| if column.is_valid(row) { value } else { f64::NAN };
    match column.values() {
        Values::F32(v) => v.iter().enumerate().try_for_each(|(i, x)| each(i, at(i, f64::from(*x)))),
        Values::F64(v) => v.iter().enumerate().try_for_each(|(i, x)| each(i, at(i, *x))),
        Values::I64(v) => v.iter().enumerate().try_for_each(|(i, x)| each(i, at(i, *x as f64))),
        Values::Bool(v) => v.iter().enumerate().try_for_each(|(i, x)| each(i, at(i, f64::from(u8::from(*x))))),
        other => Err(Error::dtype(format!(
            "column '{name}': a numeric feature needs numbers, but the column holds type {}; give it a numeric type where it is read, or use a categorical feature",
            other.type_name()
        ))),
    }
}

/// A column's numbers as f32, none of them missing: labels and weights.
pub(crate) fn plain_numbers(what: &str, name: &str, column: &Column) -> Result<Vec<f32>> {
    if let Values::Text(_) = column.values() {
        return Err(Error::dtype(format!(
            "{what} column '{name}' holds strings; say which of them mean 1: label: {{ name: '{name}', positive: … }}"
        )));
    }
    let mut out = vec![0.0; column.len()];
    each_number(name, column, |row, x| {
        if x.is_nan() {
            return Err(Error::format(format!("{what} column '{name}': the value is missing in row {row} of the batch")));
        }
        out[row] = x as f32;
        Ok(())
    })?;
    Ok(out)
}

impl NumericRule {
    pub(crate) fn bucketed(&self) -> bool {
        self.boundaries.is_some()
    }

    /// How many different keys a bucketed number can have.
    pub(crate) fn cardinality(&self) -> Option<u64> {
        let buckets = self.boundaries.as_ref()?.len() as u64 + 1;
        Some(buckets + u64::from(self.missing == Fill::Category))
    }

    /// Writes each row's number at `offset` of its `width` numbers.
    pub(crate) fn fill(&self, name: &str, column: &Column, out: &mut [f32], offset: usize, width: usize) -> Result<()> {
        each_number(name, column, |row, x| {
            let x = if x.is_nan() { self.replacement(name, row)? } else { x };
            let x = if self.log { symmetric_log(x) } else { x };
            out[row * width + offset] = ((x - self.shift) * self.factor) as f32;
            Ok(())
        })
    }

    /// Writes each row's bucket.
    pub(crate) fn fill_keys(&self, name: &str, column: &Column, out: &mut [i64]) -> Result<()> {
        let boundaries = self.boundaries.as_deref().unwrap_or_default();
        each_number(name, column, |row, x| {
            out[row] = match (x.is_nan(), self.missing) {
                (true, Fill::Category) => boundaries.len() as i64 + 1,
                (nan, _) => {
                    let x = if nan { self.replacement(name, row)? } else { x };
                    boundaries.partition_point(|b| *b <= x) as i64
                }
            };
            Ok(())
        })
    }

    fn replacement(&self, name: &str, row: usize) -> Result<f64> {
        match self.missing {
            Fill::Value(value) => Ok(value),
            _ => Err(Error::format(format!(
                "column '{name}': the value is missing (or NaN) in row {row} of the batch; the feature's `missing` can give a default"
            ))),
        }
    }
}

/// A rule in the making.
pub(crate) struct NumericFit {
    spec: Numeric,
    count: u64,
    mean: f64,
    squares: f64,
    min: f64,
    max: f64,
    sample: Option<Sample>,
    missing: Fill,
}

impl NumericFit {
    pub(crate) fn new(name: &str, spec: &Numeric) -> Result<Self> {
        let fail = |message: &str| Err(Error::option(format!("feature '{name}': {message}")));
        let mut sample = None;
        match &spec.buckets {
            Some(_) if spec.log || spec.scale != Scale::None => {
                return fail("buckets are stated in the column's own units: leave out log and scale");
            }
            Some(Bucketing::At(boundaries)) => {
                let ascending = boundaries.windows(2).all(|w| w[0] < w[1]);
                if !ascending || boundaries.iter().any(|b| b.is_nan()) {
                    return fail("buckets: expected boundaries in ascending order");
                }
            }
            Some(Bucketing::Quantiles(q)) if !(2..=65_536).contains(&q.quantiles) => {
                return fail("buckets.quantiles: expected 2 to 65536");
            }
            Some(Bucketing::Quantiles(_)) => sample = Some(Sample::default()),
            None => {}
        }
        let missing = match &spec.missing {
            MissingRule::Error => Fill::Error,
            MissingRule::Category if spec.buckets.is_some() => Fill::Category,
            MissingRule::Category => {
                return fail("missing: 'category' needs buckets; a number can have a default");
            }
            MissingRule::Default(DefaultValue::Number(value)) => Fill::Value(*value),
            MissingRule::Default(DefaultValue::Id(value)) => Fill::Value(*value as f64),
            MissingRule::Default(DefaultValue::Text(_)) => {
                return fail("missing.default: expected a number");
            }
        };
        Ok(Self {
            spec: spec.clone(),
            count: 0,
            mean: 0.0,
            squares: 0.0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            sample,
            missing,
        })
    }

    /// Takes in the present values of a column; `first` is the number of its first row.
    pub(crate) fn push(&mut self, column: &Column, first: u64) -> Result<()> {
        let name = self.spec.column.clone();
        let learns = self.spec.scale != Scale::None;
        each_number(&name, column, |row, x| {
            if x.is_nan() {
                return Ok(());
            }
            if let Some(sample) = &mut self.sample {
                sample.add(first + row as u64, x);
            }
            if learns {
                if x.is_infinite() {
                    return Err(Error::numeric(format!(
                        "column '{name}': {x} in row {} has no place on a scale; clean the data or use buckets",
                        first + row as u64
                    )));
                }
                let x = if self.spec.log { symmetric_log(x) } else { x };
                self.count += 1;
                let delta = x - self.mean;
                self.mean += delta / self.count as f64;
                self.squares += delta * (x - self.mean);
                self.min = self.min.min(x);
                self.max = self.max.max(x);
            }
            Ok(())
        })
    }

    pub(crate) fn finish(self) -> Result<NumericRule> {
        let none_present =
            || Error::numeric(format!("column '{}': no value is present, so nothing can be learned from it", self.spec.column));
        let inverse = |width: f64| if width > 0.0 { 1.0 / width } else { 0.0 };
        let (shift, factor) = match self.spec.scale {
            Scale::None => (0.0, 1.0),
            _ if self.count == 0 => return Err(none_present()),
            Scale::Standard => (self.mean, inverse((self.squares / self.count as f64).sqrt())),
            Scale::MinMax => (self.min, inverse(self.max - self.min)),
        };
        let boundaries = match (&self.spec.buckets, self.sample) {
            (Some(Bucketing::At(boundaries)), _) => Some(boundaries.clone()),
            (Some(Bucketing::Quantiles(q)), Some(sample)) => Some(sample.quantiles(q.quantiles).ok_or_else(none_present)?),
            _ => None,
        };
        Ok(NumericRule { log: self.spec.log, shift, factor, boundaries, missing: self.missing })
    }
}

const SAMPLE: usize = 65_536;

/// The values of the rows whose numbers have the smallest hashes: a sample that depends on the data's
/// order alone.
#[derive(Default)]
struct Sample {
    heap: BinaryHeap<(u64, u64)>,
}

impl Sample {
    fn add(&mut self, row: u64, value: f64) {
        let entry = (mix(row.wrapping_add(0x9e37_79b9_7f4a_7c15)), value.to_bits());
        if self.heap.len() < SAMPLE {
            self.heap.push(entry);
        } else if self.heap.peek().is_some_and(|largest| entry.0 < largest.0) {
            self.heap.pop();
            self.heap.push(entry);
        }
    }

    /// The distinct values at which the next of `buckets` equal shares begins; `None` without values.
    fn quantiles(self, buckets: usize) -> Option<Vec<f64>> {
        let mut values: Vec<f64> = self.heap.into_iter().map(|(_, v)| f64::from_bits(v)).collect();
        values.sort_by(f64::total_cmp);
        let smallest = *values.first()?;
        let mut boundaries: Vec<f64> = (1..buckets).map(|i| values[i * values.len() / buckets]).collect();
        boundaries.dedup();
        boundaries.retain(|b| *b > smallest);
        Some(boundaries)
    }
}
