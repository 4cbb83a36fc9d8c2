//! Feature columns: what a column means to a model, fitted on data, applied to batches.

mod cross;
mod encode;
mod fit;
mod keys;
mod numeric;
mod spec;
mod tokens;
mod vocabulary;

pub use encode::{Encoded, Encoder, KeyOutput, Layout, Multi, MultiOutput, Padded, SequenceOutput};
pub use fit::Fitter;
pub use spec::{
    Bucketing, Categorical, Cross, CrossInput, DefaultValue, EncoderSpec, FeatureSpec, Learned, MissingRule, MultiValued,
    Numeric, OutOfVocabulary, Quantiles, Scale, Sequence, Side, VocabularySpec,
};
