//! Readers and feature transforms: files and arrays in, batches of tensors out.
//!
//! A [`Dataset`] is a source (CSV, Parquet, columns in memory) and a list of steps (shuffle, split,
//! batch, …); iterating it gives [`Batch`]es of named [`Column`]s in an order that is a function of
//! seed and epoch alone. An [`Encoder`] holds fitted feature columns and turns a batch into dense
//! numbers, 64-bit keys and labels; saved with a model, it makes serving transform exactly as
//! training did.

mod batch;
mod column;
mod csv;
mod dataset;
mod error;
mod features;
mod files;
pub mod hash;
mod label;
mod memory;
#[cfg(feature = "parquet")]
mod parquet;

pub use batch::Batch;
pub use column::{Column, ColumnType, List, Text, Values};
pub use csv::{ColumnSpec, CsvOptions, CsvSource, TypedColumn};
pub use dataset::{
    Cursor, Dataset, DatasetIter, DatasetSpec, Feed, IterState, Part, Shuffle, Source, SourceSpec, Split, Stage, Step,
    in_background,
};
pub use error::{Code, Error, Result};
pub use features::{
    Bucketing, Categorical, Cross, CrossInput, DefaultValue, Encoded, Encoder, EncoderSpec, FeatureSpec, Fitter, KeyOutput,
    Layout, Learned, MissingRule, Multi, MultiOutput, MultiValued, Numeric, OutOfVocabulary, Padded, Quantiles, Scale, Sequence,
    SequenceOutput, Side, VocabularySpec,
};
pub use files::{Input, OneOrMany};
pub use label::{LabelSpec, Scalar, Scalars};
pub use memory::{MemorySource, batch_from_json, column_from_json};
#[cfg(feature = "parquet")]
pub use parquet::{ParquetOptions, ParquetSource};
