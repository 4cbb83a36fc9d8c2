//! The contracts between stages: rows that can be pulled, and the place from which to resume.

use crate::batch::Batch;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Where rows come from first. Opening it again gives the same rows in the same order.
pub trait Source: Send + Sync {
    /// The columns' names.
    fn names(&self) -> Arc<[String]>;

    /// A text that changes when the rows may have changed, so that a saved state is not applied to
    /// other data.
    fn identity(&self) -> Result<String>;

    /// Starts reading, at the beginning or where a cursor of this source stands.
    fn open(&self, at: Option<&Cursor>) -> Result<Box<dyn Stage>>;
}

/// Something rows can be pulled from.
pub trait Stage: Send {
    /// The next rows (never none of them), or `None` at the end. `want` is how many the caller can
    /// use at once: a hint.
    fn next(&mut self, want: usize) -> Result<Option<Batch>>;

    /// The place from which an equal stage gives the rows that come next here.
    fn cursor(&self) -> Cursor;
}

/// A place in the data, small and serialisable. Stages nest, so do their cursors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Cursor {
    /// In CSV files.
    Csv {
        /// Number of the file.
        file: usize,
        /// Byte of its unpacked text.
        offset: u64,
        /// Line at that byte, from 1.
        line: u64,
    },
    /// In Parquet files.
    Parquet {
        /// Number of the file.
        file: usize,
        /// Row of that file.
        row: u64,
    },
    /// In rows held in memory.
    Row {
        /// How many are handed out.
        row: u64,
    },
    /// In a window of shuffled rows.
    Window {
        /// Where the window began.
        source: Box<Cursor>,
        /// Number of the window.
        window: u64,
        /// How many of its rows are handed out.
        emitted: u64,
    },
    /// Some rows or batches past a place.
    Counted {
        /// The place.
        source: Box<Cursor>,
        /// How many.
        count: u64,
    },
    /// In one round of a repetition.
    Round {
        /// The place in the round.
        source: Box<Cursor>,
        /// Number of the round.
        round: u64,
    },
}

impl Cursor {
    pub(crate) fn counted(source: Self, count: u64) -> Self {
        Self::Counted { source: Box::new(source), count }
    }
}

/// Takes a `Counted` cursor apart.
pub(crate) fn counted(at: Option<&Cursor>) -> Result<(Option<&Cursor>, u64)> {
    match at {
        None => Ok((None, 0)),
        Some(Cursor::Counted { source, count }) => Ok((Some(source), *count)),
        Some(_) => Err(foreign_state()),
    }
}

pub(crate) fn foreign_state() -> Error {
    Error::format("the saved iterator state does not fit this dataset: it was made by one with other steps or another source")
}

/// What an iterator saves and resumes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IterState {
    /// Version of this form.
    pub version: u32,
    /// Fingerprint of source and steps.
    pub plan: String,
    /// The epoch that was being read.
    pub epoch: u64,
    /// The place in it.
    pub cursor: Cursor,
}

impl IterState {
    /// Reads a state from JSON.
    pub fn from_json(json: &str) -> Result<Self> {
        let state: Self = serde_json::from_str(json).map_err(|e| Error::format(format!("iterator state: {e}")))?;
        if state.version != 1 {
            return Err(Error::format(format!(
                "iterator state: version {} was written by a newer release; this one reads version 1",
                state.version
            )));
        }
        Ok(state)
    }

    /// Writes the state as JSON.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|e| Error::internal(format!("iterator state: {e}")))
    }
}
