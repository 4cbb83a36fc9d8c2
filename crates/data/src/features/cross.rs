//! One key for a combination of keys.

use super::encode::Fitted;
use super::keys::join_keys;
use crate::batch::Batch;
use crate::error::Result;
use crate::hash::bucket_of;
use serde::{Deserialize, Serialize};

/// The fitted rule: the inputs' keys joined in order, then perhaps hashed into buckets.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CrossRule {
    pub name: String,
    pub inputs: Vec<Fitted>,
    #[serde(default)]
    pub buckets: Option<u64>,
    pub seed: u64,
}

impl CrossRule {
    pub(crate) fn fill(&self, batch: &Batch, out: &mut [i64]) -> Result<()> {
        let mut keys = vec![0; out.len()];
        out.fill(0);
        for input in &self.inputs {
            input.fill_keys(batch, &mut keys)?;
            join_keys(out, &keys);
        }
        if let Some(buckets) = self.buckets {
            out.iter_mut().for_each(|k| *k = bucket_of(*k, self.seed, buckets));
        }
        Ok(())
    }
}
