//! One named-less column of values with a mark for those that are missing.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What a column holds, as options spell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    /// 32-bit floating point.
    F32,
    /// 64-bit floating point.
    F64,
    /// 64-bit signed integers.
    I64,
    /// Any 64-bit integer, signed or unsigned, kept as its 64 bits: for ids and keys.
    Id,
    /// `true`/`false` in any case, `1`/`0`.
    Bool,
    /// UTF-8 text.
    String,
}

/// UTF-8 strings stored back to back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    offsets: Vec<usize>,
    text: String,
}

impl Default for Text {
    fn default() -> Self {
        Self { offsets: vec![0], text: String::new() }
    }
}

impl Text {
    /// How many strings there are.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there is no string.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// String `i`; panics when `i` is not below `len`.
    #[inline]
    pub fn get(&self, i: usize) -> &str {
        &self.text[self.offsets[i]..self.offsets[i + 1]]
    }

    /// Appends a string.
    #[inline]
    pub fn push(&mut self, value: &str) {
        self.text.push_str(value);
        self.offsets.push(self.text.len());
    }

    /// All strings in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|i| self.get(i))
    }

    /// The boundaries (`len + 1` of them, in bytes) and the joined text.
    pub fn parts(&self) -> (&[usize], &str) {
        (&self.offsets, &self.text)
    }

    fn append(&mut self, other: &Self, rows: Range<usize>) {
        let (from, to) = (other.offsets[rows.start], other.offsets[rows.end]);
        let base = self.text.len();
        self.text.push_str(&other.text[from..to]);
        self.offsets.extend(other.offsets[rows.start + 1..=rows.end].iter().map(|o| o - from + base));
    }
}

impl<S: AsRef<str>> FromIterator<S> for Text {
    fn from_iter<I: IntoIterator<Item = S>>(values: I) -> Self {
        let mut text = Self::default();
        values.into_iter().for_each(|v| text.push(v.as_ref()));
        text
    }
}

/// Rows that each hold any number of elements.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// Row `i` holds the elements `offsets[i]..offsets[i + 1]`; `rows + 1` numbers.
    pub offsets: Vec<usize>,
    /// The elements of all rows.
    pub elements: Column,
}

/// The values of a column, one slot a row; the slot of a missing value holds 0, false or "".
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// 32-bit floats.
    F32(Vec<f32>),
    /// 64-bit floats.
    F64(Vec<f64>),
    /// 64-bit integers; unsigned ones as their bits.
    I64(Vec<i64>),
    /// Truth values.
    Bool(Vec<bool>),
    /// Strings.
    Text(Text),
    /// Lists.
    List(Box<List>),
}

macro_rules! each {
    ($values:expr, $v:ident => $plain:expr, $t:ident => $text:expr, $l:ident => $list:expr) => {
        match $values {
            Values::F32($v) => $plain,
            Values::F64($v) => $plain,
            Values::I64($v) => $plain,
            Values::Bool($v) => $plain,
            Values::Text($t) => $text,
            Values::List($l) => $list,
        }
    };
}

impl Values {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        each!(self, v => v.len(), t => t.len(), l => l.offsets.len() - 1)
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// No rows, of a type that options can name.
    pub fn empty(kind: ColumnType) -> Self {
        match kind {
            ColumnType::F32 => Self::F32(Vec::new()),
            ColumnType::F64 => Self::F64(Vec::new()),
            ColumnType::I64 | ColumnType::Id => Self::I64(Vec::new()),
            ColumnType::Bool => Self::Bool(Vec::new()),
            ColumnType::String => Self::Text(Text::default()),
        }
    }

    /// The type's name in messages.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::F32(_) => "f32",
            Self::F64(_) => "f64",
            Self::I64(_) => "i64",
            Self::Bool(_) => "bool",
            Self::Text(_) => "string",
            Self::List(_) => "list",
        }
    }

    fn empty_like(&self) -> Self {
        match self {
            Self::F32(_) => Self::F32(Vec::new()),
            Self::F64(_) => Self::F64(Vec::new()),
            Self::I64(_) => Self::I64(Vec::new()),
            Self::Bool(_) => Self::Bool(Vec::new()),
            Self::Text(_) => Self::Text(Text::default()),
            Self::List(l) => Self::List(Box::new(List { offsets: vec![0], elements: l.elements.empty_like() })),
        }
    }

    fn append(&mut self, other: &Self, rows: Range<usize>) -> Result<()> {
        match (self, other) {
            (Self::F32(a), Self::F32(b)) => a.extend_from_slice(&b[rows]),
            (Self::F64(a), Self::F64(b)) => a.extend_from_slice(&b[rows]),
            (Self::I64(a), Self::I64(b)) => a.extend_from_slice(&b[rows]),
            (Self::Bool(a), Self::Bool(b)) => a.extend_from_slice(&b[rows]),
            (Self::Text(a), Self::Text(b)) => a.append(b, rows),
            (Self::List(a), Self::List(b)) => {
                let (from, to) = (b.offsets[rows.start], b.offsets[rows.end]);
                let base = a.elements.len();
                a.elements.append(&b.elements, from..to)?;
                a.offsets.extend(b.offsets[rows.start + 1..=rows.end].iter().map(|o| o - from + base));
            }
            (a, b) => {
                return Err(Error::dtype(format!(
                    "a column changes its type from {} to {} between two parts of the data",
                    a.type_name(),
                    b.type_name()
                )));
            }
        }
        Ok(())
    }

    fn gather(&self, rows: &[u32]) -> Self {
        fn pick<T: Copy>(values: &[T], rows: &[u32]) -> Vec<T> {
            rows.iter().map(|&r| values[r as usize]).collect()
        }
        match self {
            Self::F32(v) => Self::F32(pick(v, rows)),
            Self::F64(v) => Self::F64(pick(v, rows)),
            Self::I64(v) => Self::I64(pick(v, rows)),
            Self::Bool(v) => Self::Bool(pick(v, rows)),
            Self::Text(t) => Self::Text(rows.iter().map(|&r| t.get(r as usize)).collect()),
            Self::List(l) => {
                let mut offsets = Vec::with_capacity(rows.len() + 1);
                offsets.push(0);
                let mut elements = Vec::new();
                for &r in rows {
                    let r = r as usize;
                    elements.extend(l.offsets[r] as u32..l.offsets[r + 1] as u32);
                    offsets.push(elements.len());
                }
                Self::List(Box::new(List { offsets, elements: l.elements.gather(&elements) }))
            }
        }
    }
}

/// Values with their validity.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    values: Values,
    /// `None` when no value is missing.
    validity: Option<Vec<bool>>,
}

impl Column {
    /// Joins values and validity (`true` = present); the lengths must agree.
    pub fn new(values: Values, validity: Option<Vec<bool>>) -> Result<Self> {
        if let Some(v) = &validity
            && v.len() != values.len()
        {
            return Err(Error::shape(format!("a column has {} values but {} validity marks", values.len(), v.len())));
        }
        Ok(Self { values, validity: validity.filter(|v| v.contains(&false)) })
    }

    /// A column in which nothing is missing.
    pub fn full(values: Values) -> Self {
        Self { values, validity: None }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The values; slots of missing ones hold 0, false or "".
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// Which rows are present; `None` means all.
    pub fn validity(&self) -> Option<&[bool]> {
        self.validity.as_deref()
    }

    /// Whether row `i` has a value.
    #[inline]
    pub fn is_valid(&self, i: usize) -> bool {
        self.validity.as_ref().is_none_or(|v| v[i])
    }

    /// How many values are missing.
    pub fn missing(&self) -> usize {
        self.validity.as_ref().map_or(0, |v| v.iter().filter(|p| !**p).count())
    }

    /// Gives the parts back.
    pub fn into_parts(self) -> (Values, Option<Vec<bool>>) {
        (self.values, self.validity)
    }

    /// No rows, same type.
    pub fn empty_like(&self) -> Self {
        Self::full(self.values.empty_like())
    }

    /// A copy of some rows that follow each other.
    pub fn slice(&self, rows: Range<usize>) -> Self {
        let mut out = self.empty_like();
        // Same type on both sides, so appending cannot fail.
        let _ = out.append(self, rows);
        out
    }

    /// A copy of the given rows in the given order.
    pub fn gather(&self, rows: &[u32]) -> Self {
        let validity: Option<Vec<bool>> = self.validity.as_ref().map(|v| rows.iter().map(|&r| v[r as usize]).collect());
        Self { values: self.values.gather(rows), validity: validity.filter(|v| v.contains(&false)) }
    }

    /// Appends some rows of another column of the same type.
    pub fn append(&mut self, other: &Self, rows: Range<usize>) -> Result<()> {
        let before = self.len();
        self.values.append(&other.values, rows.clone())?;
        let some_missing = other.validity.as_ref().is_some_and(|v| v[rows.clone()].contains(&false));
        if self.validity.is_none() && some_missing {
            self.validity = Some(vec![true; before]);
        }
        if let Some(own) = &mut self.validity {
            match &other.validity {
                Some(v) => own.extend_from_slice(&v[rows]),
                None => own.resize(before + rows.len(), true),
            }
        }
        Ok(())
    }
}
