//! Turns a label column into 0 and 1.

use crate::batch::Batch;
use crate::column::{Column, Values};
use crate::dataset::{Cursor, Stage};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Which column is the label, and which of its values mean 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LabelSpec {
    /// The column's name.
    pub name: String,
    /// The value or values that become 1. Absent: the column must hold numbers and stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positive: Option<Scalars>,
    /// The value or values that become 0. Absent: every other one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub negative: Option<Scalars>,
}

/// A string, number or truth value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a string, a number or a truth value")]
pub enum Scalar {
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    Text(String),
}

/// One or several values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a string, a number or a truth value, or a list of them")]
pub enum Scalars {
    /// One.
    One(Scalar),
    /// Any number.
    Many(Vec<Scalar>),
}

impl Scalars {
    fn as_slice(&self) -> &[Scalar] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }

    fn texts(&self) -> Vec<&str> {
        self.as_slice().iter().filter_map(|s| if let Scalar::Text(t) = s { Some(t.as_str()) } else { None }).collect()
    }

    fn numbers(&self) -> Vec<f64> {
        self.as_slice()
            .iter()
            .filter_map(|s| match s {
                Scalar::Bool(b) => Some(f64::from(u8::from(*b))),
                Scalar::Number(n) => Some(*n),
                Scalar::Text(_) => None,
            })
            .collect()
    }
}

/// Replaces the label column as rows pass.
pub(crate) struct LabelStage {
    pub up: Box<dyn Stage>,
    pub label: LabelSpec,
}

impl Stage for LabelStage {
    fn next(&mut self, want: usize) -> Result<Option<Batch>> {
        self.up.next(want)?.map(|batch| self.label.apply(batch)).transpose()
    }

    fn cursor(&self) -> Cursor {
        self.up.cursor()
    }
}

impl LabelSpec {
    fn apply(&self, batch: Batch) -> Result<Batch> {
        let Some(positive) = &self.positive else { return Ok(batch) };
        let column = batch.column(&self.name)?;
        let index = batch.names().iter().position(|n| *n == self.name).unwrap_or(0);
        if let Some(row) = (0..column.len()).find(|&r| !column.is_valid(r)) {
            return Err(Error::format(format!(
                "label column '{}': the value is missing in row {row} of a chunk of {} rows",
                self.name,
                column.len()
            )));
        }
        let negative = self.negative.as_ref();
        let labels = match column.values() {
            Values::Text(text) => {
                let (yes, no) = (positive.texts(), negative.map(Scalars::texts));
                let of = |v: &str| decide(yes.contains(&v), no.as_ref().is_none_or(|n| n.contains(&v)));
                text.iter().map(|v| of(v).ok_or_else(|| self.unexpected(&format!("'{v}'")))).collect()
            }
            other => {
                let (yes, no) = (positive.numbers(), negative.map(Scalars::numbers));
                let of = |v: f64| decide(yes.contains(&v), no.as_ref().is_none_or(|n| n.contains(&v)));
                let all = |values: &mut dyn Iterator<Item = f64>| {
                    values.map(|v| of(v).ok_or_else(|| self.unexpected(&v.to_string()))).collect()
                };
                match other {
                    Values::F32(v) => all(&mut v.iter().map(|&v| f64::from(v))),
                    Values::F64(v) => all(&mut v.iter().copied()),
                    Values::I64(v) => all(&mut v.iter().map(|&v| v as f64)),
                    Values::Bool(v) => all(&mut v.iter().map(|&v| f64::from(u8::from(v)))),
                    _ => Err(Error::dtype(format!("label column '{}' holds lists", self.name))),
                }
            }
        }?;
        Ok(batch.replace(index, Column::full(Values::F32(labels))))
    }

    fn unexpected(&self, value: &str) -> Error {
        Error::format(format!("label column '{}': {value} is listed neither under positive nor under negative", self.name))
    }
}

fn decide(positive: bool, negative: bool) -> Option<f32> {
    match (positive, negative) {
        (true, _) => Some(1.0),
        (_, true) => Some(0.0),
        _ => None,
    }
}
