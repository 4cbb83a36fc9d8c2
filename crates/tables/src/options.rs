//! What a table is asked to be.

use crate::init::Initializer;
use serde::{Deserialize, Serialize};
use talray_core::rows::{RowLayout, SlotSpec};
use talray_core::{Error, Result};

/// What a lookup outside training gives for a key without a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Absent {
    /// The vector that the key would start with in training.
    #[default]
    Initial,
    /// Zeros.
    Zeros,
}

/// Options of a table. Files hold them, so that a loaded table goes on as the saved one would.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TableOptions {
    /// Its name: part of errors, and of what initial vectors depend on.
    pub name: String,
    /// Numbers in a vector.
    pub width: usize,
    /// What the optimizer keeps beside each vector.
    pub slots: Vec<SlotSpec>,
    /// First values of vectors.
    pub initializer: Initializer,
    /// Part of what initial vectors depend on.
    pub seed: u64,
    /// What lookups outside training give for keys without a row.
    pub absent: Absent,
    /// Do rows carry a frequency and a version? Eight bytes a row.
    pub tracked: bool,
    /// Shards, between which updates run side by side: a power of two from 1 to 65,536. Results
    /// do not depend on it.
    pub shards: usize,
}

impl TableOptions {
    /// Usual options: uniform initial values in ±0.05, no slots, tracked rows, 16 shards, seed 0.
    pub fn new(name: impl Into<String>, width: usize) -> TableOptions {
        TableOptions {
            name: name.into(),
            width,
            slots: Vec::new(),
            initializer: Initializer::Uniform { low: -0.05, high: 0.05 },
            seed: 0,
            absent: Absent::Initial,
            tracked: true,
            shards: 16,
        }
    }

    /// The layout of rows.
    ///
    /// # Errors
    /// `OPTION` when an option is out of range.
    pub(crate) fn layout(&self) -> Result<RowLayout> {
        let in_table = |e: Error| Error::new(e.code, format!("table {:?}: {e}", self.name));
        if !self.shards.is_power_of_two() || self.shards > 1 << 16 {
            let text = format!("shards must be a power of two from 1 to 65536; received {}", self.shards);
            return Err(in_table(Error::option(text)));
        }
        self.initializer.check().map_err(in_table)?;
        RowLayout::new(self.width, self.slots.clone(), self.tracked).map_err(in_table)
    }
}
