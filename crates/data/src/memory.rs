//! Columns that are in memory already.

use crate::batch::Batch;
use crate::column::{Column, List, Text, Values};
use crate::dataset::{Cursor, Source, Stage, foreign_state};
use crate::error::{Error, Result};
use serde_json::Value;
use std::sync::Arc;

/// One batch as a source.
pub struct MemorySource(Arc<Batch>);

impl MemorySource {
    /// Takes the rows.
    pub fn new(batch: Batch) -> Self {
        Self(Arc::new(batch))
    }
}

impl Source for MemorySource {
    fn names(&self) -> Arc<[String]> {
        self.0.names().clone()
    }

    fn identity(&self) -> Result<String> {
        let types: Vec<&str> = self.0.columns().iter().map(|c| c.values().type_name()).collect();
        Ok(format!("memory {:?} {types:?} {}", self.0.names(), self.0.rows()))
    }

    fn open(&self, at: Option<&Cursor>) -> Result<Box<dyn Stage>> {
        let row = match at {
            None => 0,
            Some(Cursor::Row { row }) => *row as usize,
            Some(_) => return Err(foreign_state()),
        };
        Ok(Box::new(RowsStage { rows: self.0.clone(), row }))
    }
}

/// Hands out rows in order.
pub(crate) struct RowsStage {
    pub rows: Arc<Batch>,
    pub row: usize,
}

impl Stage for RowsStage {
    fn next(&mut self, want: usize) -> Result<Option<Batch>> {
        let end = self.rows.rows().min(self.row.saturating_add(want.max(1)));
        if self.row >= end {
            return Ok(None);
        }
        let batch = self.rows.slice(self.row..end);
        self.row = end;
        Ok(Some(batch))
    }

    fn cursor(&self) -> Cursor {
        Cursor::Row { row: self.row as u64 }
    }
}

/// Columns written as JSON: `{"age": [39, null], "job": ["Sales", "Tech"]}`. Whole numbers make an
/// i64 column, other numbers f64, `null` is a missing value, lists of values make a list column.
pub fn batch_from_json(json: &str) -> Result<Batch> {
    let columns: serde_json::Map<String, Value> =
        serde_json::from_str(json).map_err(|e| Error::option(format!("columns: expected an object of arrays: {e}")))?;
    let columns = columns
        .into_iter()
        .map(|(name, values)| match values {
            Value::Array(values) => Ok((name.clone(), column_from(&name, &values)?)),
            other => Err(Error::option(format!("columns: '{name}': expected an array, received {other}"))),
        })
        .collect::<Result<Vec<_>>>()?;
    Batch::from_columns(columns)
}

/// One column written as a JSON array, as in [`batch_from_json`].
pub fn column_from_json(name: &str, json: &str) -> Result<Column> {
    let values: Vec<Value> =
        serde_json::from_str(json).map_err(|e| Error::option(format!("column '{name}': expected an array: {e}")))?;
    column_from(name, &values)
}

fn column_from(name: &str, values: &[Value]) -> Result<Column> {
    let validity = Some(values.iter().map(|v| !v.is_null()).collect());
    let present = || values.iter().filter(|v| !v.is_null());
    let bad = |expected: &str, found: &Value| {
        Error::dtype(format!("column '{name}': expected {expected} as in the values before, received {found}"))
    };
    let values = match present().next() {
        None => Values::Text(values.iter().map(|_| "").collect::<Text>()),
        Some(Value::String(_)) => Values::Text(
            values
                .iter()
                .map(|v| match v {
                    Value::Null => Ok(""),
                    Value::String(text) => Ok(text.as_str()),
                    other => Err(bad("a string", other)),
                })
                .collect::<Result<Text>>()?,
        ),
        Some(Value::Bool(_)) => Values::Bool(
            values
                .iter()
                .map(|v| match v {
                    Value::Null => Ok(false),
                    Value::Bool(value) => Ok(*value),
                    other => Err(bad("true or false", other)),
                })
                .collect::<Result<Vec<bool>>>()?,
        ),
        Some(Value::Number(_)) if present().all(|v| v.is_i64() || v.is_u64()) => {
            Values::I64(values.iter().map(|v| v.as_i64().or(v.as_u64().map(|v| v as i64)).unwrap_or(0)).collect())
        }
        Some(Value::Number(_)) => Values::F64(
            values
                .iter()
                .map(|v| match v {
                    Value::Null => Ok(0.0),
                    other => other.as_f64().ok_or_else(|| bad("a number", other)),
                })
                .collect::<Result<Vec<f64>>>()?,
        ),
        Some(Value::Array(_)) => {
            let mut offsets = vec![0];
            let mut elements = Vec::new();
            for value in values {
                match value {
                    Value::Null => {}
                    Value::Array(inner) => elements.extend(inner.iter().cloned()),
                    other => return Err(bad("a list", other)),
                }
                offsets.push(elements.len());
            }
            Values::List(Box::new(List { offsets, elements: column_from(name, &elements)? }))
        }
        Some(other) => return Err(Error::dtype(format!("column '{name}': a value cannot be {other}"))),
    };
    Column::new(values, validity)
}
