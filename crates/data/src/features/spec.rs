//! Features as a user states them.

use crate::error::{Error, Result};
use crate::files::OneOrMany;
use serde::{Deserialize, Serialize};

/// What a model wants to see of a batch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EncoderSpec {
    /// The features in order.
    pub features: Vec<FeatureSpec>,
    /// The label column or columns, numeric. Default: none.
    #[serde(default)]
    pub label: OneOrMany,
    /// A numeric column with one weight a row. Default: none.
    #[serde(default)]
    pub weight: Option<String>,
}

impl EncoderSpec {
    /// Reads a spec from JSON; unknown options are refused.
    pub fn from_json(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(|e| Error::option(format!("features: {e}")))
    }
}

/// One feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum FeatureSpec {
    /// A number, or the bucket it falls into.
    Numeric(Numeric),
    /// One key a row: any string or 64-bit id, one of a vocabulary, or one of N buckets.
    Categorical(Categorical),
    /// One key for a combination of keys.
    Cross(Cross),
    /// Any number of keys a row.
    MultiValued(MultiValued),
    /// Keys in order, cut or padded to one length.
    Sequence(Sequence),
}

/// Options of a numeric feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Numeric {
    /// The column.
    pub column: String,
    /// The output's name. Default: the column's.
    #[serde(default)]
    pub name: Option<String>,
    /// Whether `ln(1 + x)` is taken first (`-ln(1 - x)` below 0). Default false.
    #[serde(default)]
    pub log: bool,
    /// How values are scaled. Default `none`.
    #[serde(default)]
    pub scale: Scale,
    /// Buckets instead of the number itself: the output is a key. Default: none.
    #[serde(default)]
    pub buckets: Option<Bucketing>,
    /// What a missing value or NaN becomes. `category` is for buckets only. Default `error`.
    #[serde(default = "refuse")]
    pub missing: MissingRule,
}

/// How numbers are scaled, with figures from the data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Scale {
    /// Not at all.
    #[default]
    None,
    /// To mean 0 and (population) standard deviation 1; a constant becomes 0.
    Standard,
    /// The smallest to 0, the largest to 1; a constant becomes 0.
    MinMax,
}

/// The boundaries of buckets. Bucket `i` holds what is at least boundary `i - 1` and below boundary `i`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a list of ascending boundaries, or {quantiles: number of buckets}")]
pub enum Bucketing {
    /// Given, ascending.
    At(Vec<f64>),
    /// From the data.
    Quantiles(Quantiles),
}

/// Buckets of about equally many rows. Exact up to 65,536 present values; beyond, from as many of
/// them, chosen by a hash of the row's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantiles {
    /// How many buckets; fewer come out where values repeat.
    pub quantiles: usize,
}

/// What a missing value becomes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MissingRule {
    /// An error.
    Error,
    /// A category of its own.
    Category,
    /// This value, as if it stood there.
    Default(DefaultValue),
}

/// A string or number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a string or a number")]
pub enum DefaultValue {
    /// A 64-bit id.
    Id(i64),
    /// A number.
    Number(f64),
    /// A string.
    Text(String),
}

/// Options of a categorical feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Categorical {
    /// The column: strings, whole numbers or truth values.
    pub column: String,
    /// The output's name. Default: the column's.
    #[serde(default)]
    pub name: Option<String>,
    /// A closed vocabulary: given, or learned from the data. Default: open, any value has a key.
    #[serde(default)]
    pub vocabulary: Option<VocabularySpec>,
    /// What a value outside the vocabulary becomes. Default `error`.
    #[serde(default)]
    pub out_of_vocabulary: OutOfVocabulary,
    /// Hash into so many buckets. Default: none; excludes `vocabulary`.
    #[serde(default)]
    pub buckets: Option<u64>,
    /// Chooses among hash functions for `buckets`. Default 0.
    #[serde(default)]
    pub seed: u64,
    /// What a missing value becomes. Default: a category of its own.
    #[serde(default = "category")]
    pub missing: MissingRule,
}

/// Where a closed vocabulary comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a list of strings, a list of whole numbers, or {minCount, maxSize}")]
pub enum VocabularySpec {
    /// Ids, in the order of their indexes.
    Ids(Vec<i64>),
    /// Strings, in the order of their indexes.
    Texts(Vec<String>),
    /// From the data, most frequent first (ties in ascending order).
    Learned(Learned),
}

/// Bounds of a learned vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Learned {
    /// How often a value must occur. Default 1.
    #[serde(default = "one")]
    pub min_count: u64,
    /// How many values are kept. Default: all.
    #[serde(default)]
    pub max_size: Option<usize>,
}

/// What a value outside a closed vocabulary becomes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OutOfVocabulary {
    /// An error.
    #[default]
    Error,
    /// One of so many further indexes, by its hash.
    Extra(u64),
    /// The index of this value, which must be in the vocabulary.
    Default(DefaultValue),
}

/// Options of a crossed feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cross {
    /// What is combined, two or more: columns (as open categoricals) or features of one key a row.
    pub inputs: Vec<CrossInput>,
    /// The output's name. Default: the inputs' joined by `_x_`.
    #[serde(default)]
    pub name: Option<String>,
    /// Hash into so many buckets. Default: open, 64-bit keys.
    #[serde(default)]
    pub buckets: Option<u64>,
    /// Chooses among hash functions for `buckets`. Default 0.
    #[serde(default)]
    pub seed: u64,
}

/// One input of a cross.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a column name, or a categorical or bucketised numeric feature")]
pub enum CrossInput {
    /// A column as an open categorical.
    Column(String),
    /// A feature with one key a row.
    Feature(Box<FeatureSpec>),
}

/// Options of a feature with any number of keys a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MultiValued {
    /// The column: lists, or strings to be separated.
    pub column: String,
    /// The output's name. Default: the column's.
    #[serde(default)]
    pub name: Option<String>,
    /// What stands between values of a string. Default `|`.
    #[serde(default = "bar")]
    pub separator: String,
    /// Cut and pad to this many keys; the output is then as that of a sequence. Default: none.
    #[serde(default)]
    pub max_length: Option<usize>,
    /// As for categoricals.
    #[serde(default)]
    pub vocabulary: Option<VocabularySpec>,
    /// As for categoricals.
    #[serde(default)]
    pub out_of_vocabulary: OutOfVocabulary,
    /// As for categoricals.
    #[serde(default)]
    pub buckets: Option<u64>,
    /// As for categoricals.
    #[serde(default)]
    pub seed: u64,
}

/// Options of a feature with keys in order. Keys of closed and hashed sequences start at 1; 0 is
/// padding. Open ones are padded with 0, and lengths tell what is padding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sequence {
    /// The column: lists, or strings to be separated.
    pub column: String,
    /// The output's name. Default: the column's.
    #[serde(default)]
    pub name: Option<String>,
    /// The length of every row.
    pub max_length: usize,
    /// What stands between values of a string. Default `|`.
    #[serde(default = "bar")]
    pub separator: String,
    /// Where padding goes. Default `post`.
    #[serde(default)]
    pub padding: Side,
    /// Where a longer row is cut. Default `pre`: the latest are kept.
    #[serde(default = "pre")]
    pub truncate: Side,
    /// As for categoricals.
    #[serde(default)]
    pub vocabulary: Option<VocabularySpec>,
    /// As for categoricals.
    #[serde(default)]
    pub out_of_vocabulary: OutOfVocabulary,
    /// As for categoricals.
    #[serde(default)]
    pub buckets: Option<u64>,
    /// As for categoricals.
    #[serde(default)]
    pub seed: u64,
}

/// An end of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Side {
    /// The front.
    Pre,
    /// The back.
    #[default]
    Post,
}

impl FeatureSpec {
    /// The output's name.
    pub fn name(&self) -> String {
        let own = |name: &Option<String>, column: &str| name.clone().unwrap_or_else(|| column.into());
        match self {
            Self::Numeric(f) => own(&f.name, &f.column),
            Self::Categorical(f) => own(&f.name, &f.column),
            Self::MultiValued(f) => own(&f.name, &f.column),
            Self::Sequence(f) => own(&f.name, &f.column),
            Self::Cross(f) => {
                f.name.clone().unwrap_or_else(|| f.inputs.iter().map(CrossInput::name).collect::<Vec<_>>().join("_x_"))
            }
        }
    }
}

impl CrossInput {
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Column(column) => column.clone(),
            Self::Feature(feature) => feature.name(),
        }
    }
}

fn refuse() -> MissingRule {
    MissingRule::Error
}
fn category() -> MissingRule {
    MissingRule::Category
}
fn one() -> u64 {
    1
}
fn bar() -> String {
    "|".into()
}
fn pre() -> Side {
    Side::Pre
}
