//! The dataset itself: a source, a label, steps; immutable and cheap to derive from.

use super::cursor::{IterState, Source};
use super::iterate::{DatasetIter, Feed};
use super::steps::{self, BatchSize, Cache, Count, Part, Prefetch, Repeat, Shuffle, Split, Step};
use crate::batch::Batch;
use crate::csv::{CsvOptions, CsvSource};
#[cfg(not(feature = "parquet"))]
use crate::error::Code;
use crate::error::{Error, Result, unknown_name};
use crate::features::{Encoded, Encoder};
use crate::label::LabelSpec;
use crate::memory::{MemorySource, batch_from_json};
#[cfg(feature = "parquet")]
use crate::parquet::{ParquetOptions, ParquetSource};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex};

/// Rows held in memory by a `cache` or a whole `shuffle`, shared by all datasets derived after it.
pub(crate) type Kept = Arc<Mutex<Option<Arc<Batch>>>>;

/// What is read, in which order, in which portions. Cloning and adding steps share the source.
#[derive(Clone)]
pub struct Dataset {
    pub(super) source: Arc<dyn Source>,
    pub(super) label: Option<LabelSpec>,
    pub(super) steps: Arc<[Step]>,
    pub(super) kept: Arc<[Kept]>,
}

/// A dataset as JSON: `{"source": {"csv": {…}}, "label": {…}, "steps": [{"shuffle": {"seed": 1}}, …]}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetSpec {
    /// Where rows come from.
    pub source: SourceSpec,
    /// Which column is the label.
    #[serde(default)]
    pub label: Option<LabelSpec>,
    /// What happens to the rows.
    #[serde(default)]
    pub steps: Vec<Step>,
}

/// A source as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SourceSpec {
    /// CSV files.
    Csv(CsvOptions),
    /// Parquet files.
    #[cfg(feature = "parquet")]
    Parquet(ParquetOptions),
    /// Parquet files, which this build cannot read.
    #[cfg(not(feature = "parquet"))]
    Parquet(serde_json::Value),
    /// Columns written out; see [`batch_from_json`].
    Columns(serde_json::Map<String, serde_json::Value>),
}

impl Dataset {
    /// Builds a dataset from a [`DatasetSpec`] written as JSON.
    pub fn from_json(json: &str) -> Result<Self> {
        let spec: DatasetSpec = serde_json::from_str(json).map_err(|e| Error::option(format!("dataset: {e}")))?;
        let base = match spec.source {
            SourceSpec::Csv(options) => Self::csv(options)?,
            #[cfg(feature = "parquet")]
            SourceSpec::Parquet(options) => Self::parquet(options)?,
            #[cfg(not(feature = "parquet"))]
            SourceSpec::Parquet(_) => {
                return Err(Error::new(
                    Code::Unsupported,
                    "this build of the engine reads no Parquet files; the native add-on does",
                ));
            }
            SourceSpec::Columns(columns) => Self::from_batch(batch_from_json(&serde_json::Value::Object(columns).to_string())?),
        };
        let base = spec.label.into_iter().try_fold(base, Self::with_label)?;
        spec.steps.into_iter().try_fold(base, Self::step)
    }

    /// Adds a step written as JSON, such as `{"batch": {"size": 512}}`.
    pub fn step_json(self, json: &str) -> Result<Self> {
        self.step(serde_json::from_str(json).map_err(|e| Error::option(format!("dataset: {e}")))?)
    }

    /// Names the label, written as JSON, such as `{"name": "income", "positive": ">50K"}`.
    pub fn label_json(self, json: &str) -> Result<Self> {
        self.with_label(serde_json::from_str(json).map_err(|e| Error::option(format!("label: {e}")))?)
    }

    /// Rows of CSV files.
    pub fn csv(options: CsvOptions) -> Result<Self> {
        Ok(Self::new(Arc::new(CsvSource::open(options)?)))
    }

    /// Rows of Parquet files.
    #[cfg(feature = "parquet")]
    pub fn parquet(options: ParquetOptions) -> Result<Self> {
        Ok(Self::new(Arc::new(ParquetSource::open(options)?)))
    }

    /// Rows that are in memory.
    pub fn from_batch(batch: Batch) -> Self {
        Self::new(Arc::new(MemorySource::new(batch)))
    }

    /// Rows of any source.
    pub fn new(source: Arc<dyn Source>) -> Self {
        Self { source, label: None, steps: Arc::from([]), kept: Arc::from([]) }
    }

    /// Names the label column and which of its values mean 1; the column becomes f32.
    pub fn with_label(mut self, label: LabelSpec) -> Result<Self> {
        let names = self.source.names();
        if !names.contains(&label.name) {
            return Err(unknown_name("label column", &label.name, names.iter().map(String::as_str)));
        }
        self.label = Some(label);
        self.kept = self.kept.iter().map(|_| Kept::default()).collect();
        Ok(self)
    }

    /// Adds a step.
    pub fn step(mut self, step: Step) -> Result<Self> {
        let steps: Vec<Step> = self.steps.iter().cloned().chain([step]).collect();
        steps::check(&steps, &self.source.names())?;
        self.steps = steps.into();
        self.kept = self.kept.iter().cloned().chain([Kept::default()]).collect();
        Ok(self)
    }

    /// Keeps the rows so far in memory.
    pub fn cache(self) -> Result<Self> {
        self.step(Step::Cache(Cache {}))
    }

    /// Shuffles the whole dataset, anew each epoch.
    pub fn shuffle(self, seed: u64) -> Result<Self> {
        self.step(Step::Shuffle(Shuffle { seed, buffer: None, reshuffle: true }))
    }

    /// Shuffles within windows of `buffer` rows, anew each epoch.
    pub fn shuffle_buffered(self, seed: u64, buffer: usize) -> Result<Self> {
        self.step(Step::Shuffle(Shuffle { seed, buffer: Some(buffer), reshuffle: true }))
    }

    /// Divides into training and validation rows; `fraction` of them go to validation.
    pub fn split(self, fraction: f64, seed: u64) -> Result<(Self, Self)> {
        let part = |part| Step::Split(Split { fraction, seed, part, by: Vec::new() });
        Ok((self.clone().step(part(Part::Train))?, self.step(part(Part::Validation))?))
    }

    /// Keeps the first rows (or batches, after `batch`).
    pub fn take(self, count: u64) -> Result<Self> {
        self.step(Step::Take(Count { count }))
    }

    /// Drops the first rows (or batches, after `batch`).
    pub fn skip(self, count: u64) -> Result<Self> {
        self.step(Step::Skip(Count { count }))
    }

    /// Reads everything before several times; `None` means without end.
    pub fn repeat(self, count: Option<u64>) -> Result<Self> {
        self.step(Step::Repeat(Repeat { count }))
    }

    /// Portions of `size` rows; the last one may be smaller.
    pub fn batch(self, size: usize) -> Result<Self> {
        self.step(Step::Batch(BatchSize { size, drop_remainder: false }))
    }

    /// Portions of exactly `size` rows; what is left over is dropped.
    pub fn batch_exact(self, size: usize) -> Result<Self> {
        self.step(Step::Batch(BatchSize { size, drop_remainder: true }))
    }

    /// Prepares up to `batches` portions ahead on a thread of their own.
    pub fn prefetch(self, batches: usize) -> Result<Self> {
        self.step(Step::Prefetch(Prefetch { batches }))
    }

    /// The columns' names.
    pub fn names(&self) -> Arc<[String]> {
        self.source.names()
    }

    /// The label column, where one is named.
    pub fn label(&self) -> Option<&LabelSpec> {
        self.label.as_ref()
    }

    /// The rows of one epoch, from the start.
    pub fn iter(&self, epoch: u64) -> Result<DatasetIter> {
        DatasetIter::start(self, epoch)
    }

    /// The rows of one epoch, from a saved place on.
    pub fn resume(&self, state: &IterState) -> Result<DatasetIter> {
        DatasetIter::resume(self, state)
    }

    /// Batches of one epoch, prepared up to `ahead` batches in advance on a thread of their own.
    /// `state` resumes an earlier iterator (then `epoch` is not looked at).
    pub fn feed(&self, epoch: u64, state: Option<&IterState>, ahead: usize) -> Result<Feed<Batch>> {
        Feed::start(self, epoch, state, ahead, Ok)
    }

    /// The same, already encoded.
    pub fn encoded(&self, encoder: Arc<Encoder>, epoch: u64, state: Option<&IterState>, ahead: usize) -> Result<Feed<Encoded>> {
        Feed::start(self, epoch, state, ahead, move |batch| encoder.encode(&batch))
    }

    /// All rows of an epoch as one batch.
    pub fn read_all(&self, epoch: u64) -> Result<Batch> {
        let mut iter = self.iter(epoch)?;
        let mut parts = Vec::new();
        while let Some(batch) = iter.next()? {
            parts.push(batch);
        }
        Batch::concat(&parts.iter().map(|b| (b, 0..b.rows())).collect::<Vec<_>>())
    }

    /// Changes when source, label or steps (other than prefetching) do.
    pub(super) fn fingerprint(&self) -> Result<String> {
        let steps: Vec<&Step> = self.steps.iter().filter(|s| !matches!(s, Step::Prefetch(_))).collect();
        let text = serde_json::to_string(&(self.source.identity()?, &self.label, steps))
            .map_err(|e| Error::internal(format!("dataset: {e}")))?;
        Ok(format!("{:016x}", crate::hash::key_of_text(&text)))
    }
}
