//! The values of a column as tokens: strings or 64-bit ids, one or several a row.

use crate::column::{Column, Values};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// A value that can have a key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Token<'a> {
    Text(&'a str),
    Id(i64),
}

impl std::fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => write!(f, "'{text}'"),
            Self::Id(id) => write!(f, "{id}"),
        }
    }
}

/// Whether a column's values are strings or ids. Fitted with the feature, so that `"42"` and `42`
/// mean the same in serving as they did in training, whichever type they arrive in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum TokenKind {
    Text,
    Id,
}

impl TokenKind {
    pub(crate) fn of(column: &Column) -> Self {
        match column.values() {
            Values::Text(_) => Self::Text,
            Values::List(list) => Self::of(&list.elements),
            _ => Self::Id,
        }
    }
}

/// The value at a row that is present.
#[inline]
pub(crate) fn token_at<'a>(name: &str, column: &'a Column, row: usize) -> Result<Token<'a>> {
    match column.values() {
        Values::Text(text) => Ok(Token::Text(text.get(row))),
        Values::I64(ids) => Ok(Token::Id(ids[row])),
        Values::Bool(values) => Ok(Token::Id(i64::from(values[row]))),
        Values::F32(values) => whole(name, f64::from(values[row])),
        Values::F64(values) => whole(name, values[row]),
        Values::List(_) => Err(Error::dtype(format!("column '{name}' holds lists: use multiValued or sequence for it"))),
    }
}

fn whole(name: &str, value: f64) -> Result<Token<'static>> {
    // Beyond 2^53 neighbouring ids are one float.
    if value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0 {
        return Ok(Token::Id(value as i64));
    }
    Err(Error::dtype(format!(
        "column '{name}': {value} cannot be a category: expected a string or a whole number of at most 2^53; give a numeric feature `buckets`"
    )))
}

/// Calls `each` for every value of a row: list elements, or parts of a string. Empty parts and
/// missing elements are passed over.
pub(crate) fn each_token<'a>(
    name: &str,
    column: &'a Column,
    separator: &str,
    row: usize,
    mut each: impl FnMut(Token<'a>) -> Result<()>,
) -> Result<()> {
    if !column.is_valid(row) {
        return Ok(());
    }
    match column.values() {
        Values::List(list) => {
            for element in list.offsets[row]..list.offsets[row + 1] {
                if list.elements.is_valid(element) {
                    each(token_at(name, &list.elements, element)?)?;
                }
            }
            Ok(())
        }
        Values::Text(text) => {
            for part in text.get(row).split(separator).map(str::trim).filter(|p| !p.is_empty()) {
                each(Token::Text(part))?;
            }
            Ok(())
        }
        _ => each(token_at(name, column, row)?),
    }
}
