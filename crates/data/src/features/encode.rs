//! The fitted encoder: batches in, flat arrays of numbers and keys out.

use super::cross::CrossRule;
use super::keys::KeyRule;
use super::numeric::{NumericRule, plain_numbers};
use super::spec::{EncoderSpec, Side};
use super::tokens::each_token;
use crate::batch::Batch;
use crate::dataset::DatasetIter;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Fitted features in order. Serialised, it is what a model saves of its data.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Encoder {
    version: u32,
    pub(super) features: Vec<Fitted>,
    pub(super) labels: Vec<String>,
    #[serde(default)]
    pub(super) weight: Option<String>,
}

/// One fitted feature.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub(crate) enum Fitted {
    Numeric(Single<NumericRule>),
    Categorical(Single<KeyRule>),
    Cross(CrossRule),
    MultiValued(Several),
    Sequence(Several),
}

/// A rule over one column.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Single<R> {
    pub name: String,
    pub column: String,
    pub rule: R,
}

/// A rule for each of several values a row.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Several {
    pub name: String,
    pub column: String,
    pub separator: String,
    pub rule: KeyRule,
    /// Zero where rows are as long as they are.
    pub length: usize,
    pub padding: Side,
    pub truncate: Side,
}

/// What the arrays of an [`Encoded`] batch mean.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Layout {
    /// Names of the numbers in a row of `dense`.
    pub dense: Vec<String>,
    /// The features in `keys`.
    pub keys: Vec<KeyOutput>,
    /// The features in `multi`.
    pub multi: Vec<MultiOutput>,
    /// The features in `sequences`.
    pub sequences: Vec<SequenceOutput>,
    /// Names of the numbers in a row of `labels`.
    pub labels: Vec<String>,
    /// The column of weights.
    pub weight: Option<String>,
}

/// A feature with one key a row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KeyOutput {
    /// The feature's name.
    pub name: String,
    /// Keys are below this; `None`: any 64 bits.
    pub cardinality: Option<u64>,
}

/// A feature with any number of keys a row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MultiOutput {
    /// The feature's name.
    pub name: String,
    /// Keys are below this; `None`: any 64 bits.
    pub cardinality: Option<u64>,
}

/// A feature with a fixed number of keys a row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SequenceOutput {
    /// The feature's name.
    pub name: String,
    /// Keys are below this, 0 being padding; `None`: any 64 bits.
    pub cardinality: Option<u64>,
    /// Keys a row.
    pub length: usize,
}

/// A batch as flat arrays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Encoded {
    /// How many rows.
    pub rows: usize,
    /// `[rows, numbers]`, row after row.
    pub dense: Vec<f32>,
    /// `[features, rows]`, feature after feature.
    pub keys: Vec<i64>,
    /// Keys of each multi-valued feature.
    pub multi: Vec<Multi>,
    /// Keys of each sequence.
    pub sequences: Vec<Padded>,
    /// `[rows, labels]`, row after row.
    pub labels: Vec<f32>,
    /// One weight a row, where a weight column is named.
    pub weights: Option<Vec<f32>>,
}

/// Any number of keys a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Multi {
    /// The keys of all rows.
    pub keys: Vec<i64>,
    /// Row `i` has the keys `offsets[i]..offsets[i + 1]`; `rows + 1` numbers.
    pub offsets: Vec<i64>,
}

/// A fixed number of keys a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Padded {
    /// `[rows, length]`, row after row; 0 where there is padding.
    pub keys: Vec<i64>,
    /// 1 where there is a key, 0 where there is padding; as `keys`.
    pub mask: Vec<u8>,
    /// How many keys each row has.
    pub lengths: Vec<i32>,
}

impl Fitted {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Numeric(f) => &f.name,
            Self::Categorical(f) => &f.name,
            Self::Cross(f) => &f.name,
            Self::MultiValued(f) | Self::Sequence(f) => &f.name,
        }
    }

    /// Whether it gives one number a row.
    fn dense(&self) -> bool {
        matches!(self, Self::Numeric(f) if !f.rule.bucketed())
    }

    /// Whether it gives one key a row.
    pub(super) fn single_key(&self) -> bool {
        match self {
            Self::Numeric(f) => f.rule.bucketed(),
            Self::Categorical(_) | Self::Cross(_) => true,
            Self::MultiValued(_) | Self::Sequence(_) => false,
        }
    }

    fn cardinality(&self) -> Option<u64> {
        match self {
            Self::Numeric(f) => f.rule.cardinality(),
            Self::Categorical(f) => f.rule.cardinality(),
            Self::Cross(f) => f.buckets,
            Self::MultiValued(f) | Self::Sequence(f) => f.rule.cardinality(),
        }
    }

    pub(super) fn fill_keys(&self, batch: &Batch, out: &mut [i64]) -> Result<()> {
        match self {
            Self::Numeric(f) => f.rule.fill_keys(&f.column, batch.column(&f.column)?, out),
            Self::Categorical(f) => f.rule.fill(&f.column, batch.column(&f.column)?, out),
            Self::Cross(f) => f.fill(batch, out),
            Self::MultiValued(f) | Self::Sequence(f) => {
                Err(Error::internal(format!("feature '{}' has no single key a row", f.name)))
            }
        }
    }

    fn columns<'a>(&'a self, to: &mut Vec<&'a str>) {
        match self {
            Self::Numeric(f) => to.push(&f.column),
            Self::Categorical(f) => to.push(&f.column),
            Self::Cross(f) => f.inputs.iter().for_each(|i| i.columns(to)),
            Self::MultiValued(f) | Self::Sequence(f) => to.push(&f.column),
        }
    }
}

impl Several {
    fn multi(&self, batch: &Batch) -> Result<Multi> {
        let column = batch.column(&self.column)?;
        let mut out = Multi { keys: Vec::new(), offsets: vec![0] };
        for row in 0..batch.rows() {
            each_token(&self.column, column, &self.separator, row, |token| {
                out.keys.push(self.rule.key(&self.column, token)?);
                Ok(())
            })?;
            out.offsets.push(out.keys.len() as i64);
        }
        Ok(out)
    }

    fn padded(&self, batch: &Batch) -> Result<Padded> {
        let all = self.multi(batch)?;
        let mut out = Padded {
            keys: vec![0; batch.rows() * self.length],
            mask: vec![0; batch.rows() * self.length],
            lengths: Vec::with_capacity(batch.rows()),
        };
        for (row, ends) in all.offsets.windows(2).enumerate() {
            let keys = &all.keys[ends[0] as usize..ends[1] as usize];
            let kept = keys.len().min(self.length);
            let keys = match self.truncate {
                Side::Pre => &keys[keys.len() - kept..],
                Side::Post => &keys[..kept],
            };
            let start = match self.padding {
                Side::Pre => self.length - kept,
                Side::Post => 0,
            } + row * self.length;
            out.keys[start..start + kept].copy_from_slice(keys);
            out.mask[start..start + kept].fill(1);
            out.lengths.push(kept as i32);
        }
        Ok(out)
    }
}

impl Encoder {
    pub(super) fn new(features: Vec<Fitted>, labels: Vec<String>, weight: Option<String>) -> Self {
        Self { version: 1, features, labels, weight }
    }

    /// Fits features on every batch of an iterator, in one pass.
    pub fn fit(spec: &EncoderSpec, data: &mut DatasetIter) -> Result<Self> {
        let mut fitter = super::Fitter::new(spec)?;
        while let Some(batch) = data.next()? {
            fitter.push(&batch)?;
        }
        fitter.finish()
    }

    /// Reads a fitted encoder back.
    pub fn from_json(json: &str) -> Result<Self> {
        let own: Self = serde_json::from_str(json).map_err(|e| Error::format(format!("fitted features: {e}")))?;
        if own.version != 1 {
            return Err(Error::format(format!(
                "fitted features: version {} was written by a newer release; this one reads version 1",
                own.version
            )));
        }
        for feature in &own.features {
            if let Fitted::Cross(cross) = feature
                && !(cross.inputs.len() > 1 && cross.inputs.iter().all(Fitted::single_key))
            {
                return Err(Error::format(format!("fitted features: cross '{}' is damaged", cross.name)));
            }
        }
        Ok(own)
    }

    /// Writes the fitted encoder: names, rules and every figure learned, to the bit.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|e| Error::internal(format!("fitted features: {e}")))
    }

    /// The same features without labels and weight: for rows whose labels are not known.
    pub fn without_labels(&self) -> Self {
        Self { version: self.version, features: self.features.clone(), labels: Vec::new(), weight: None }
    }

    /// What the arrays of an encoded batch mean.
    pub fn layout(&self) -> Layout {
        let mut layout = Layout {
            dense: Vec::new(),
            keys: Vec::new(),
            multi: Vec::new(),
            sequences: Vec::new(),
            labels: self.labels.clone(),
            weight: self.weight.clone(),
        };
        for feature in &self.features {
            let (name, cardinality) = (feature.name().to_string(), feature.cardinality());
            match feature {
                Fitted::MultiValued(f) | Fitted::Sequence(f) if f.length > 0 => {
                    layout.sequences.push(SequenceOutput { name, cardinality, length: f.length });
                }
                Fitted::MultiValued(_) | Fitted::Sequence(_) => {
                    layout.multi.push(MultiOutput { name, cardinality });
                }
                single if single.single_key() => layout.keys.push(KeyOutput { name, cardinality }),
                _ => layout.dense.push(name),
            }
        }
        layout
    }

    /// The columns that features, labels and weight are made from, each once: what has to be read.
    pub fn columns(&self) -> Vec<&str> {
        let mut columns = Vec::new();
        self.features.iter().for_each(|f| f.columns(&mut columns));
        columns.extend(self.labels.iter().map(String::as_str));
        columns.extend(self.weight.as_deref());
        let mut seen = Vec::new();
        columns.into_iter().for_each(|c| {
            if !seen.contains(&c) {
                seen.push(c)
            }
        });
        seen
    }

    /// Encodes features, labels and weights.
    pub fn encode(&self, batch: &Batch) -> Result<Encoded> {
        let mut out = self.encode_features(batch)?;
        let count = self.labels.len();
        out.labels = vec![0.0; batch.rows() * count];
        for (i, name) in self.labels.iter().enumerate() {
            let values = plain_numbers("label", name, batch.column(name)?)?;
            values.iter().enumerate().for_each(|(row, v)| out.labels[row * count + i] = *v);
        }
        let weights = self.weight.as_ref().map(|w| plain_numbers("weight", w, batch.column(w)?));
        out.weights = weights.transpose()?;
        Ok(out)
    }

    /// Encodes features only, for rows whose labels are not known.
    pub fn encode_features(&self, batch: &Batch) -> Result<Encoded> {
        let rows = batch.rows();
        let width = self.features.iter().filter(|f| f.dense()).count();
        let singles = self.features.iter().filter(|f| f.single_key()).count();
        let mut out = Encoded { rows, dense: vec![0.0; rows * width], keys: vec![0; rows * singles], ..Encoded::default() };
        let (mut number, mut single) = (0, 0);
        for feature in &self.features {
            match feature {
                Fitted::Numeric(f) if !f.rule.bucketed() => {
                    let column = batch.column(&f.column)?;
                    f.rule.fill(&f.column, column, &mut out.dense, number, width)?;
                    number += 1;
                }
                Fitted::MultiValued(f) | Fitted::Sequence(f) if f.length > 0 => {
                    out.sequences.push(f.padded(batch)?);
                }
                Fitted::MultiValued(f) | Fitted::Sequence(f) => out.multi.push(f.multi(batch)?),
                one_key => {
                    one_key.fill_keys(batch, &mut out.keys[single * rows..(single + 1) * rows])?;
                    single += 1;
                }
            }
        }
        Ok(out)
    }
}
