//! What is looked up: features of a batch, and where each one's columns lie in the output.

use talray_core::{Error, Result};

/// A list of integers as it comes from a tensor. As keys, signed numbers are taken as their 64-bit
/// pattern: −1 is the key 2⁶⁴ − 1.
#[derive(Clone, Copy, Debug)]
pub enum Integers<'a> {
    /// `i32`
    I32(&'a [i32]),
    /// `u32`
    U32(&'a [u32]),
    /// `i64`
    I64(&'a [i64]),
    /// `u64`
    U64(&'a [u64]),
}

impl Integers<'_> {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Integers::I32(x) => x.len(),
            Integers::U32(x) => x.len(),
            Integers::I64(x) => x.len(),
            Integers::U64(x) => x.len(),
        }
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number `i` as a key.
    #[inline(always)]
    pub fn key(&self, i: usize) -> u64 {
        match self {
            Integers::I32(x) => i64::from(x[i]) as u64,
            Integers::U32(x) => u64::from(x[i]),
            Integers::I64(x) => x[i] as u64,
            Integers::U64(x) => x[i],
        }
    }

    /// Appends numbers `range` as keys.
    pub(super) fn append(&self, range: std::ops::Range<usize>, keys: &mut Vec<u64>) {
        match self {
            Integers::I32(x) => keys.extend(x[range].iter().map(|k| i64::from(*k) as u64)),
            Integers::U32(x) => keys.extend(x[range].iter().map(|k| u64::from(*k))),
            Integers::I64(x) => keys.extend(x[range].iter().map(|k| *k as u64)),
            Integers::U64(x) => keys.extend_from_slice(&x[range]),
        }
    }
}

/// Which keys belong to which row of the output.
#[derive(Clone, Copy, Debug)]
pub enum Extent<'a> {
    /// So many keys in each row: keys are `[rows, n]`.
    Fixed(usize),
    /// Row `r` has the keys `offsets[r]..offsets[r + 1]`; there is one offset more than rows.
    Ragged(Integers<'a>),
}

/// How the vectors of a row's keys become its columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    /// `Σ w·v`, and w = 1 without weights.
    Sum,
    /// `Σ w·v / Σ w`
    Mean,
    /// `Σ w·v / √(Σ w²)`
    Sqrtn,
    /// `w·v` of each key, one after another: `n × width` columns. Takes [`Extent::Fixed`] only.
    Flat,
}

/// One feature of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Feature<'a, T> {
    /// Index of its table among the tables of the call. Features may share one.
    pub table: usize,
    /// The keys of all rows, one after another.
    pub keys: Integers<'a>,
    /// Which of them belong to which row.
    pub extent: Extent<'a>,
    /// How they are combined.
    pub pooling: Pooling,
    /// A weight for each key.
    pub weights: Option<&'a [T]>,
    /// Vectors with a greater L2 norm are scaled down to it before they are combined.
    pub max_norm: Option<f64>,
    /// The key, with weight 1, that stands in for the keys of a row that has none. Without one such
    /// a row is zeros.
    pub default: Option<u64>,
}

impl<'a, T> Feature<'a, T> {
    /// One key a row, without options.
    pub fn single(table: usize, keys: Integers<'a>) -> Feature<'a, T> {
        let (extent, pooling) = (Extent::Fixed(1), Pooling::Sum);
        Feature { table, keys, extent, pooling, weights: None, max_norm: None, default: None }
    }
}

/// A feature that was checked, with its place among positions and columns. A position is a key of
/// a table's features, counted over all of them.
#[derive(Clone, Debug)]
pub(super) struct Span<T> {
    pub table: usize,
    pub column: usize,
    pub width: usize,
    pub pooling: Pooling,
    pub max_norm: Option<T>,
    /// Its first position.
    pub start: usize,
    pub rows: Rows,
    /// For each position of the feature, what its vector is multiplied with.
    pub factors: Option<Vec<T>>,
    /// For each row, what the sum is divided by; kept apart from the factors so that a mean rounds
    /// once, as in the formula.
    pub divisors: Option<Vec<T>>,
}

/// Which of a feature's positions belong to which row.
#[derive(Clone, Debug)]
pub(super) enum Rows {
    /// So many each.
    Fixed(usize),
    /// Row `r` has `starts[r]..starts[r + 1]`.
    Ragged(Vec<usize>),
}

impl Rows {
    /// The positions of row `r`, counted within the feature.
    #[inline(always)]
    pub fn of(&self, r: usize) -> std::ops::Range<usize> {
        match self {
            Rows::Fixed(n) => r * n..(r + 1) * n,
            Rows::Ragged(starts) => starts[r]..starts[r + 1],
        }
    }
}

impl<T: super::RowFloat> Span<T> {
    /// Number of columns.
    pub fn columns(&self) -> usize {
        match (self.pooling, &self.rows) {
            (Pooling::Flat, Rows::Fixed(n)) => n * self.width,
            _ => self.width,
        }
    }

    /// Checks `feature` and appends its keys to those of its table.
    ///
    /// # Errors
    /// `SHAPE` when keys, offsets and weights do not fit `rows`, `OPTION` for options that do not go
    /// together.
    pub fn new(feature: &Feature<'_, T>, rows: usize, column: usize, width: usize, keys: &mut Vec<u64>) -> Result<Span<T>> {
        let start = keys.len();
        let starts = match feature.extent {
            Extent::Fixed(n) => {
                if rows.checked_mul(n) != Some(feature.keys.len()) {
                    return Err(Error::shape(format!("expected {rows} × {n} keys, received {}", feature.keys.len())));
                }
                None
            }
            Extent::Ragged(offsets) => Some(starts(&offsets, rows, feature.keys.len())?),
        };
        if feature.pooling == Pooling::Flat && starts.is_some() {
            return Err(Error::option("flat pooling needs a fixed number of keys in each row; received ragged keys"));
        }
        if let Some(w) = feature.weights.filter(|w| w.len() != feature.keys.len()) {
            return Err(Error::shape(format!("expected {} weights, one a key, received {}", feature.keys.len(), w.len())));
        }
        let max_norm = match feature.max_norm {
            Some(m) if !(m >= 0.0 && m.is_finite()) => {
                return Err(Error::option(format!("maxNorm must be a number of at least 0; received {m}")));
            }
            m => m.map(<T as talray_core::rows::RowElement>::from_f64),
        };
        let mut factors = feature.weights.map(<[T]>::to_vec);
        let empty = |starts: &[usize]| starts.windows(2).any(|w| w[0] == w[1]);
        let rows_of = match (starts, feature.extent, feature.default) {
            (Some(s), _, Some(default)) if empty(&s) => Rows::Ragged(with_default(feature, &s, default, keys, &mut factors)),
            (None, Extent::Fixed(0), Some(default)) if feature.pooling != Pooling::Flat => {
                keys.resize(start + rows, default);
                factors = None;
                Rows::Fixed(1)
            }
            (Some(s), ..) => {
                feature.keys.append(s[0]..s[rows], keys);
                factors = factors.map(|f| f[s[0]..s[rows]].to_vec());
                let first = s[0];
                Rows::Ragged(s.into_iter().map(|x| x - first).collect())
            }
            (None, Extent::Fixed(n), _) => {
                feature.keys.append(0..feature.keys.len(), keys);
                Rows::Fixed(n)
            }
            (None, Extent::Ragged(_), _) => return Err(Error::internal("ragged keys without starts")),
        };
        let divisors = divisors(feature.pooling, rows, &rows_of, factors.as_deref());
        Ok(Span {
            table: feature.table,
            column,
            width,
            pooling: feature.pooling,
            max_norm,
            start,
            rows: rows_of,
            factors,
            divisors,
        })
    }
}

/// Checked offsets.
fn starts(offsets: &Integers<'_>, rows: usize, keys: usize) -> Result<Vec<usize>> {
    if offsets.len() != rows + 1 {
        return Err(Error::shape(format!("expected {} offsets for {rows} rows, received {}", rows + 1, offsets.len())));
    }
    let mut last = 0;
    let mut starts = Vec::with_capacity(rows + 1);
    for i in 0..=rows {
        let offset = offsets.key(i);
        if offset > keys as u64 || (offset as usize) < last {
            return Err(Error::shape(format!(
                "offset {i} is {}; offsets must not fall and must be from 0 to the {keys} keys",
                offset as i64
            )));
        }
        last = offset as usize;
        starts.push(last);
    }
    if starts[0] != 0 || last != keys {
        let (first, text) = (starts[0], "offsets must start at 0 and end at the number of keys");
        return Err(Error::shape(format!("{text}, {keys}; received {first} and {last}")));
    }
    Ok(starts)
}

/// Appends keys row by row, `default` for empty rows.
fn with_default<T: super::RowFloat>(
    feature: &Feature<'_, T>,
    starts: &[usize],
    default: u64,
    keys: &mut Vec<u64>,
    factors: &mut Option<Vec<T>>,
) -> Vec<usize> {
    let first = keys.len();
    let mut weights = factors.as_ref().map(|_| Vec::new());
    let mut rows = vec![0];
    for range in starts.windows(2).map(|w| w[0]..w[1]) {
        if range.is_empty() {
            keys.push(default);
        } else {
            feature.keys.append(range.clone(), keys);
        }
        if let (Some(new), Some(old)) = (&mut weights, factors.as_ref()) {
            new.extend_from_slice(&old[range.clone()]);
            if range.is_empty() {
                new.push(T::ONE);
            }
        }
        rows.push(keys.len() - first);
    }
    *factors = weights;
    rows
}

fn divisors<T: super::RowFloat>(pooling: Pooling, rows: usize, of: &Rows, factors: Option<&[T]>) -> Option<Vec<T>> {
    let square = match pooling {
        Pooling::Sum | Pooling::Flat => return None,
        Pooling::Mean => false,
        Pooling::Sqrtn => true,
    };
    if matches!(of, Rows::Fixed(1)) && factors.is_none() {
        return None;
    }
    let divisor = |r: usize| {
        let range = of.of(r);
        if range.is_empty() {
            return T::ONE;
        }
        let sum = match factors {
            Some(f) => f[range].iter().fold(T::ZERO, |sum, w| sum + if square { *w * *w } else { *w }),
            None => <T as talray_core::rows::RowElement>::from_f64(range.len() as f64),
        };
        if square { sum.sqrt() } else { sum }
    };
    Some((0..rows).map(divisor).collect())
}
