//! What a user says about CSV files, and the byte-level dialect that follows from it.

use crate::column::ColumnType;
use crate::error::{Error, Result};
use crate::files::OneOrMany;
use serde::{Deserialize, Serialize};

/// Options of a CSV source.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CsvOptions {
    /// Files and patterns, read in this order. Gzip is recognised by its first bytes.
    #[serde(default)]
    pub paths: OneOrMany,
    /// Column names (and types where they should not be inferred). Without a header line these are
    /// all columns in order; with one they only give types to columns it names.
    #[serde(default)]
    pub columns: Option<Vec<ColumnSpec>>,
    /// Whether the first line of each file names the columns. Default: only when `columns` is absent.
    #[serde(default)]
    pub header: Option<bool>,
    /// The columns to keep, in this order. Default: all.
    #[serde(default)]
    pub select: Option<Vec<String>>,
    /// One byte between fields. Default `,`.
    #[serde(default = "comma")]
    pub delimiter: String,
    /// One byte around fields that hold delimiters or line ends; doubled inside. Default `"`; the
    /// empty string turns quoting off.
    #[serde(default = "double_quote")]
    pub quote: String,
    /// One byte that starts a line to pass over. Default: none.
    #[serde(default)]
    pub comment: Option<String>,
    /// Whether spaces and tabs around unquoted fields are dropped. Default true.
    #[serde(default = "yes")]
    pub trim: bool,
    /// Spellings of a missing value, beside the empty field. Default: none.
    #[serde(default)]
    pub missing: OneOrMany,
    /// How many records decide on the types that are not given. Default 1000.
    #[serde(default = "infer_rows")]
    pub infer_rows: usize,
    /// The longest record in bytes; a longer one is an error (most often an unclosed quote).
    /// Default 16 MiB.
    #[serde(default = "max_record")]
    pub max_record_bytes: usize,
    /// How many bytes of text become one chunk of rows. Default 1 MiB.
    #[serde(default = "chunk_bytes")]
    pub chunk_bytes: usize,
}

/// One entry of `columns`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged, expecting = "a column name, or {name, type} with a type of f32, f64, i64, id, bool, string")]
pub enum ColumnSpec {
    /// A name; the type is inferred.
    Name(String),
    /// A name with its type.
    Typed(TypedColumn),
}

/// A name with its type.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypedColumn {
    /// The name.
    pub name: String,
    /// The type; inferred when absent.
    #[serde(default, rename = "type")]
    pub kind: Option<ColumnType>,
}

impl ColumnSpec {
    /// The name.
    pub fn name(&self) -> &str {
        match self {
            Self::Name(name) => name,
            Self::Typed(typed) => &typed.name,
        }
    }

    /// The type, where given.
    pub fn kind(&self) -> Option<ColumnType> {
        match self {
            Self::Name(_) => None,
            Self::Typed(typed) => typed.kind,
        }
    }
}

impl CsvOptions {
    /// The defaults for some paths.
    pub fn new(paths: impl Into<OneOrMany>) -> Self {
        Self {
            paths: paths.into(),
            columns: None,
            header: None,
            select: None,
            delimiter: comma(),
            quote: double_quote(),
            comment: None,
            trim: true,
            missing: OneOrMany::default(),
            infer_rows: infer_rows(),
            max_record_bytes: max_record(),
            chunk_bytes: chunk_bytes(),
        }
    }

    pub(crate) fn dialect(&self) -> Result<Dialect> {
        let delimiter = one_byte("delimiter", &self.delimiter)?;
        let quote = match self.quote.as_str() {
            "" => None,
            q => Some(one_byte("quote", q)?),
        };
        let comment = self.comment.as_deref().map(|c| one_byte("comment", c)).transpose()?;
        if Some(delimiter) == quote || Some(delimiter) == comment || (quote.is_some() && quote == comment) {
            return Err(Error::option("delimiter, quote and comment must be different bytes"));
        }
        if !(1..=1 << 28).contains(&self.max_record_bytes) {
            return Err(Error::option("maxRecordBytes: expected 1 to 268435456"));
        }
        Ok(Dialect { delimiter, quote, comment, trim: self.trim })
    }
}

fn one_byte(option: &str, text: &str) -> Result<u8> {
    match text.as_bytes() {
        [b'\n' | b'\r'] => Err(Error::option(format!("{option}: a line end cannot be used"))),
        [byte] if byte.is_ascii() => Ok(*byte),
        _ => Err(Error::option(format!("{option}: expected one ASCII character, received '{text}'"))),
    }
}

fn comma() -> String {
    ",".into()
}
fn double_quote() -> String {
    "\"".into()
}
fn yes() -> bool {
    true
}
fn infer_rows() -> usize {
    1000
}
fn max_record() -> usize {
    16 << 20
}
fn chunk_bytes() -> usize {
    1 << 20
}

/// The bytes that carry structure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dialect {
    pub delimiter: u8,
    pub quote: Option<u8>,
    pub comment: Option<u8>,
    pub trim: bool,
}
