//! Named columns of equal length: what readers produce and transforms consume.

use crate::column::Column;
use crate::error::{Error, Result, unknown_name};
use std::ops::Range;
use std::sync::Arc;

/// Some rows of a data set, column by column.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    names: Arc<[String]>,
    columns: Vec<Column>,
    rows: usize,
}

impl Batch {
    /// Joins names and columns; every column must have the same length, every name be different.
    pub fn new(names: Arc<[String]>, columns: Vec<Column>) -> Result<Self> {
        if names.len() != columns.len() {
            return Err(Error::shape(format!("{} names for {} columns", names.len(), columns.len())));
        }
        let rows = columns.first().map_or(0, Column::len);
        for (i, (name, column)) in names.iter().zip(&columns).enumerate() {
            if column.len() != rows {
                return Err(Error::shape(format!(
                    "column '{name}' has {} rows, but column '{}' has {rows}",
                    column.len(),
                    names[0]
                )));
            }
            if names[..i].contains(name) {
                return Err(Error::option(format!("two columns are called '{name}'")));
            }
        }
        Ok(Self { names, columns, rows })
    }

    /// Joins pairs of name and column.
    pub fn from_columns(columns: Vec<(String, Column)>) -> Result<Self> {
        let (names, columns): (Vec<String>, Vec<Column>) = columns.into_iter().unzip();
        Self::new(names.into(), columns)
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns' names in order.
    pub fn names(&self) -> &Arc<[String]> {
        &self.names
    }

    /// The columns in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Gives the columns away, in order.
    pub fn into_columns(self) -> Vec<Column> {
        self.columns
    }

    /// The column of that name, or an error with the nearest names.
    pub fn column(&self, name: &str) -> Result<&Column> {
        match self.names.iter().position(|n| n == name) {
            Some(i) => Ok(&self.columns[i]),
            None => Err(unknown_name("column", name, self.names.iter().map(String::as_str))),
        }
    }

    /// The same rows with one column replaced; the new one must be as long.
    pub(crate) fn replace(mut self, index: usize, column: Column) -> Self {
        debug_assert_eq!(column.len(), self.rows);
        self.columns[index] = column;
        self
    }

    /// A copy of some rows that follow each other.
    pub fn slice(&self, rows: Range<usize>) -> Self {
        let columns = self.columns.iter().map(|c| c.slice(rows.clone())).collect();
        Self { names: self.names.clone(), columns, rows: rows.len() }
    }

    /// A copy of the given rows in the given order.
    pub fn gather(&self, rows: &[u32]) -> Self {
        let columns = self.columns.iter().map(|c| c.gather(rows)).collect();
        Self { names: self.names.clone(), columns, rows: rows.len() }
    }

    /// Joins row ranges of several batches with the same columns.
    pub fn concat(parts: &[(&Batch, Range<usize>)]) -> Result<Self> {
        let Some((first, _)) = parts.first() else {
            return Self::new(Arc::from([]), Vec::new());
        };
        let mut columns: Vec<Column> = first.columns.iter().map(Column::empty_like).collect();
        let mut rows = 0;
        for (part, range) in parts {
            if part.names != first.names {
                return Err(Error::shape(format!(
                    "parts of the data have different columns: {:?} and {:?}",
                    first.names, part.names
                )));
            }
            for (to, from) in columns.iter_mut().zip(&part.columns) {
                to.append(from, range.clone())?;
            }
            rows += range.len();
        }
        Ok(Self { names: first.names.clone(), columns, rows })
    }
}
