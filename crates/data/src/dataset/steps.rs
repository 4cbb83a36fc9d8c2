//! The steps that a dataset is made of, as data.

use crate::error::{Error, Result, unknown_name};
use serde::{Deserialize, Serialize};

/// One step. Before a `batch` step, counts are rows; after it, batches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Step {
    /// Keep the rows so far in memory; later epochs read them from there.
    Cache(Cache),
    /// Bring the rows into random order.
    Shuffle(Shuffle),
    /// Keep one part of a division into training and validation rows.
    Split(Split),
    /// Keep the first.
    Take(Count),
    /// Drop the first.
    Skip(Count),
    /// Read everything before this step several times.
    Repeat(Repeat),
    /// Portions of equal size.
    Batch(BatchSize),
    /// Prepare the next portions on a thread of their own.
    Prefetch(Prefetch),
}

/// Options of `cache`: none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cache {}

/// Options of `shuffle`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Shuffle {
    /// The order is a function of seed and epoch. Default 0.
    #[serde(default)]
    pub seed: u64,
    /// Shuffle within windows of so many rows, the first of a random length, instead of the whole
    /// (which is held in memory). Default: the whole.
    #[serde(default)]
    pub buffer: Option<usize>,
    /// Whether each epoch has its own order. Default true.
    #[serde(default = "yes")]
    pub reshuffle: bool,
}

/// Options of `split`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Split {
    /// The share of validation rows, between 0 and 1.
    pub fraction: f64,
    /// Which rows go where is a function of the seed. Default 0.
    #[serde(default)]
    pub seed: u64,
    /// Which part to keep.
    pub part: Part,
    /// Rows that agree in these columns stay together. Default: each row by its number.
    #[serde(default)]
    pub by: Vec<String>,
}

/// A part of a division.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// The rest.
    Train,
    /// `fraction` of the rows.
    Validation,
}

/// Options of `take` and `skip`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// How many.
    pub count: u64,
}

/// Options of `repeat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// How many times; absent means without end. Round `i` of epoch `e` is read as epoch
    /// `e * count + i` (`e + i` without end).
    #[serde(default)]
    pub count: Option<u64>,
}

/// Options of `batch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BatchSize {
    /// Rows in each.
    pub size: usize,
    /// Whether a last, smaller one is dropped. Default false.
    #[serde(default)]
    pub drop_remainder: bool,
}

/// Options of `prefetch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prefetch {
    /// How many portions may wait. Default 2.
    #[serde(default = "two")]
    pub batches: usize,
}

fn yes() -> bool {
    true
}
fn two() -> usize {
    2
}

/// Refuses steps whose options or order make no sense; `names` are the columns'.
pub(crate) fn check(steps: &[Step], names: &[String]) -> Result<()> {
    let (mut batched, mut shuffled) = (false, false);
    for step in steps {
        if batched && let Some(name) = step.row_step() {
            return Err(Error::option(format!("{name} works on rows: put it before batch")));
        }
        step.check_options(names)?;
        match step {
            Step::Cache(_) if shuffled => {
                return Err(Error::option("cache after shuffle would freeze one order: put it before shuffle"));
            }
            Step::Split(options) if shuffled && options.by.is_empty() => {
                return Err(Error::option(
                    "split after shuffle would move rows between the parts from epoch to epoch: put it before shuffle, or split by columns",
                ));
            }
            Step::Shuffle(_) => shuffled = true,
            Step::Batch(_) => batched = true,
            _ => {}
        }
    }
    Ok(())
}

impl Step {
    /// The name, for steps that make no sense on batches.
    fn row_step(&self) -> Option<&'static str> {
        match self {
            Self::Cache(_) => Some("cache"),
            Self::Shuffle(_) => Some("shuffle"),
            Self::Split(_) => Some("split"),
            Self::Batch(_) => Some("batch"),
            Self::Take(_) | Self::Skip(_) | Self::Repeat(_) | Self::Prefetch(_) => None,
        }
    }

    fn check_options(&self, names: &[String]) -> Result<()> {
        let expected = |what: &str, received: &dyn std::fmt::Display| Err(Error::option(format!("{what}, received {received}")));
        match self {
            Self::Shuffle(Shuffle { buffer: Some(0), .. }) => expected("shuffle.buffer: expected at least 1 row", &0),
            Self::Split(Split { fraction, by, .. }) => {
                if !(0.0..=1.0).contains(fraction) {
                    return expected("split.fraction: expected a number from 0 to 1", fraction);
                }
                match by.iter().find(|name| !names.contains(name)) {
                    Some(name) => Err(unknown_name("column", name, names.iter().map(String::as_str))),
                    None => Ok(()),
                }
            }
            Self::Repeat(Repeat { count: Some(0) }) => expected("repeat.count: expected at least 1", &0),
            Self::Batch(BatchSize { size, .. }) if *size == 0 || *size > u32::MAX as usize => {
                expected("batch.size: expected 1 to 4294967295 rows", size)
            }
            Self::Prefetch(Prefetch { batches }) if !(1..=1024).contains(batches) => {
                expected("prefetch.batches: expected 1 to 1024", batches)
            }
            _ => Ok(()),
        }
    }
}
