//! What several tests share.

use std::path::PathBuf;
use talray_data::{Batch, Dataset, DatasetIter};

/// A file of the Census example.
pub fn census(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/census/data").join(name)
}

/// The options under which the Census files read.
pub fn census_spec(name: &str, positive: &str, steps: &str) -> String {
    let path = serde_json::to_string(&census(name).display().to_string()).unwrap();
    format!(
        r#"{{"source": {{"csv": {{"paths": {path}, "missing": "?", "comment": "|", "columns": [
            "age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation",
            "relationship", "race", "sex", "capital-gain", "capital-loss", "hours-per-week",
            "native-country", "income"]}}}},
            "label": {{"name": "income", "positive": "{positive}"}}, "steps": {steps}}}"#
    )
}

/// All batches that are left.
pub fn rest(iter: &mut DatasetIter) -> Vec<Batch> {
    let mut batches = Vec::new();
    while let Some(batch) = iter.next().unwrap() {
        batches.push(batch);
    }
    batches
}

/// All batches of an epoch.
pub fn batches(data: &Dataset, epoch: u64) -> Vec<Batch> {
    rest(&mut data.iter(epoch).unwrap())
}
