//! Turns the fields of one column into values, a typed loop a column.

use super::index::Field;
use crate::column::{ColumnType, Values};
use std::borrow::Cow;

/// Spellings of a missing value.
#[derive(Clone, Debug)]
pub(crate) struct Missing {
    spellings: Vec<String>,
    /// Whether one of them also reads as a number, so that it must be looked for first.
    numeric: bool,
}

impl Missing {
    pub(crate) fn new(spellings: &[String]) -> Self {
        let spellings: Vec<String> = spellings.iter().map(|s| s.trim().to_string()).collect();
        let numeric = spellings.iter().any(|s| float(s.as_bytes()).is_some() || truth(s.as_bytes()).is_some());
        Self { spellings, numeric }
    }

    #[inline]
    fn holds(&self, text: &[u8]) -> bool {
        self.spellings.iter().any(|s| s.as_bytes() == text)
    }
}

/// The fields of one column in consecutive records.
pub(crate) struct Cells<'a> {
    pub text: &'a str,
    pub fields: &'a [Field],
    pub width: usize,
    pub column: usize,
    pub trim: bool,
    pub quote: u8,
}

impl<'a> Cells<'a> {
    fn iter(&self) -> impl Iterator<Item = Field> + 'a {
        self.fields.iter().skip(self.column).step_by(self.width).copied()
    }

    #[inline]
    fn bytes(&self, field: Field) -> &'a [u8] {
        let bytes = &self.text.as_bytes()[field.start()..field.end()];
        if self.trim && !field.quoted() { trimmed(bytes) } else { bytes }
    }

    fn string(&self, field: Field) -> Cow<'a, str> {
        let text = &self.text[field.start()..field.end()];
        if field.quoted() {
            if field.doubled() {
                let quote = self.quote as char;
                let (twice, once) = (format!("{quote}{quote}"), quote.to_string());
                return Cow::Owned(text.replace(&twice, &once));
            }
            return Cow::Borrowed(text);
        }
        Cow::Borrowed(if self.trim { text.trim_matches([' ', '\t']) } else { text })
    }
}

#[inline]
fn trimmed(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = bytes {
        bytes = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// A column that grows.
pub(crate) struct Builder {
    pub values: Values,
    pub kind: ColumnType,
    validity: Option<Vec<bool>>,
}

impl Builder {
    pub(crate) fn new(kind: ColumnType) -> Self {
        Self { values: Values::empty(kind), kind, validity: None }
    }

    pub(crate) fn take(&mut self) -> (Values, Option<Vec<bool>>) {
        let kind = self.kind;
        let own = std::mem::replace(self, Self::new(kind));
        (own.values, own.validity)
    }

    /// Parses and appends; on failure gives the field that does not read as the type.
    pub(crate) fn push(&mut self, cells: &Cells<'_>, missing: &Missing) -> Result<(), Field> {
        let validity = &mut self.validity;
        match &mut self.values {
            Values::F32(out) => push_parsed(out, validity, cells, missing, |b| fast_float2::parse(b).ok()),
            Values::F64(out) => push_parsed(out, validity, cells, missing, float),
            Values::I64(out) if self.kind == ColumnType::Id => push_parsed(out, validity, cells, missing, id),
            Values::I64(out) => push_parsed(out, validity, cells, missing, integer),
            Values::Bool(out) => push_parsed(out, validity, cells, missing, truth),
            Values::Text(out) => {
                for field in cells.iter() {
                    let text = cells.string(field);
                    let absent = (text.is_empty() && !field.quoted()) || missing.holds(text.as_bytes());
                    mark(validity, out.len(), !absent);
                    out.push(if absent { "" } else { &text });
                }
                Ok(())
            }
            // No option names a list, so no CSV column is one.
            Values::List(_) => Ok(()),
        }
    }
}

#[inline]
fn mark(validity: &mut Option<Vec<bool>>, before: usize, present: bool) {
    match validity {
        Some(v) => v.push(present),
        None if present => {}
        None => {
            let mut v = vec![true; before];
            v.push(false);
            *validity = Some(v);
        }
    }
}

#[inline]
fn push_parsed<T: Default>(
    out: &mut Vec<T>,
    validity: &mut Option<Vec<bool>>,
    cells: &Cells<'_>,
    missing: &Missing,
    parse: impl Fn(&[u8]) -> Option<T>,
) -> Result<(), Field> {
    out.reserve(cells.fields.len() / cells.width);
    for field in cells.iter() {
        let bytes = cells.bytes(field);
        let early = missing.numeric && missing.holds(bytes);
        let value = if early { None } else { parse(bytes) };
        match value {
            Some(value) => {
                if let Some(v) = validity {
                    v.push(true);
                }
                out.push(value);
            }
            None if early || bytes.is_empty() || missing.holds(bytes) => {
                mark(validity, out.len(), false);
                out.push(T::default());
            }
            None => return Err(field),
        }
    }
    Ok(())
}

#[inline]
pub(crate) fn float(bytes: &[u8]) -> Option<f64> {
    fast_float2::parse(bytes).ok()
}

#[inline]
pub(crate) fn integer(bytes: &[u8]) -> Option<i64> {
    let (negative, digits) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, bytes),
    };
    if digits.is_empty() || digits.len() > 19 {
        return None;
    }
    let mut value = 0u64;
    for d in digits {
        let digit = d.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        // Nineteen digits fit into 64 bits.
        value = value * 10 + u64::from(digit);
    }
    match (negative, value) {
        (false, v) => i64::try_from(v).ok(),
        (true, v) if v <= 1 << 63 => Some((v as i64).wrapping_neg()),
        _ => None,
    }
}

#[inline]
fn id(bytes: &[u8]) -> Option<i64> {
    integer(bytes).or_else(|| std::str::from_utf8(bytes).ok()?.parse::<u64>().ok().map(|v| v as i64))
}

pub(crate) fn truth(bytes: &[u8]) -> Option<bool> {
    match bytes {
        b"1" => Some(true),
        b"0" => Some(false),
        _ if bytes.eq_ignore_ascii_case(b"true") => Some(true),
        _ if bytes.eq_ignore_ascii_case(b"false") => Some(false),
        _ => None,
    }
}

/// The narrowest type that reads every present cell: i64, f64, bool (words only), else string.
/// Whole numbers with leading zeros are codes, hence strings. No present cell: string.
pub(crate) fn infer(cells: &Cells<'_>, missing: &Missing) -> ColumnType {
    let (mut any, mut int, mut real, mut word) = (false, true, true, true);
    for field in cells.iter() {
        let bytes = cells.bytes(field);
        if bytes.is_empty() || missing.holds(bytes) {
            continue;
        }
        any = true;
        let unsigned = bytes.strip_prefix(b"-").unwrap_or(bytes);
        let code = matches!(unsigned, [b'0', b'0'..=b'9', ..]);
        int &= !code && integer(bytes).is_some();
        real &= !code && float(bytes).is_some();
        word &= bytes.len() > 1 && truth(bytes).is_some();
    }
    match (any, int, real, word) {
        (false, ..) => ColumnType::String,
        (_, true, ..) => ColumnType::I64,
        (_, _, true, _) => ColumnType::F64,
        (_, _, _, true) => ColumnType::Bool,
        _ => ColumnType::String,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_read_to_their_limits_and_no_further() {
        for v in [0, 7, -7, i64::MAX, i64::MIN] {
            assert_eq!(integer(v.to_string().as_bytes()), Some(v));
        }
        for bad in ["", "-", "9223372036854775808", "-9223372036854775809", "1.0", "1e3", "99999999999999999999"] {
            assert_eq!(integer(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(id(b"18446744073709551615"), Some(-1));
    }
}
