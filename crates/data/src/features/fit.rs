//! Learns from data, in one pass, what features need to know.

use super::cross::CrossRule;
use super::encode::{Encoder, Fitted, Several, Single};
use super::keys::{KeyFit, KeyOptions};
use super::numeric::NumericFit;
use super::spec::{
    Categorical, Cross, CrossInput, EncoderSpec, FeatureSpec, MissingRule, MultiValued, OutOfVocabulary, Sequence, Side,
};
use super::tokens::{each_token, token_at};
use crate::batch::Batch;
use crate::error::{Error, Result};

/// Takes batches one after the other; at the end gives the fitted encoder.
pub struct Fitter {
    features: Vec<Fit>,
    labels: Vec<String>,
    weight: Option<String>,
    rows: u64,
}

enum Fit {
    Numeric { name: String, column: String, fit: NumericFit },
    Categorical { name: String, column: String, fit: KeyFit },
    Cross { name: String, inputs: Vec<Fit>, buckets: Option<u64>, seed: u64 },
    Several { shape: Shape, fit: KeyFit, sequence: bool },
}

/// What a [`Several`] is but for its rule.
struct Shape {
    name: String,
    column: String,
    separator: String,
    length: usize,
    padding: Side,
    truncate: Side,
}

impl Fitter {
    /// Checks the spec; nothing is learned yet.
    pub fn new(spec: &EncoderSpec) -> Result<Self> {
        let mut names: Vec<String> = Vec::new();
        let mut features = Vec::new();
        for feature in &spec.features {
            let name = feature.name();
            if names.contains(&name) {
                return Err(Error::option(format!("two features are called '{name}': give one of them a `name` of its own")));
            }
            features.push(Fit::new(feature, &name)?);
            names.push(name);
        }
        Ok(Self { features, labels: spec.label.as_slice().to_vec(), weight: spec.weight.clone(), rows: 0 })
    }

    /// Takes in a batch.
    pub fn push(&mut self, batch: &Batch) -> Result<()> {
        for name in self.labels.iter().chain(&self.weight) {
            batch.column(name)?;
        }
        self.features.iter_mut().try_for_each(|f| f.push(batch, self.rows))?;
        self.rows += batch.rows() as u64;
        Ok(())
    }

    /// The fitted encoder; at least one row must have been seen.
    pub fn finish(self) -> Result<Encoder> {
        if self.rows == 0 && !self.features.is_empty() {
            return Err(Error::option("features cannot be fitted: the data has no rows"));
        }
        let features = self.features.into_iter().map(Fit::finish).collect::<Result<Vec<_>>>()?;
        Ok(Encoder::new(features, self.labels, self.weight))
    }
}

impl Fit {
    fn new(spec: &FeatureSpec, name: &str) -> Result<Self> {
        let owned = name.to_string();
        match spec {
            FeatureSpec::Numeric(f) => {
                Ok(Self::Numeric { name: owned, column: f.column.clone(), fit: NumericFit::new(name, f)? })
            }
            FeatureSpec::Categorical(f) => {
                Ok(Self::Categorical { name: owned, column: f.column.clone(), fit: KeyFit::new(name, &categorical_options(f))? })
            }
            FeatureSpec::Cross(f) => Self::cross(f, name),
            FeatureSpec::MultiValued(f) => Self::multi_valued(f, name),
            FeatureSpec::Sequence(f) => Self::sequence(f, name),
        }
    }

    fn cross(f: &Cross, name: &str) -> Result<Self> {
        if f.inputs.len() < 2 {
            return Err(Error::option(format!("cross '{name}': expected two or more inputs, received {}", f.inputs.len())));
        }
        if f.buckets.is_some_and(|n| n == 0 || n > 1 << 62) {
            return Err(Error::option(format!("cross '{name}': buckets: expected 1 to 2^62")));
        }
        let inputs = f
            .inputs
            .iter()
            .map(|input| {
                let spec = match input {
                    CrossInput::Column(column) => FeatureSpec::Categorical(open_categorical(column)),
                    CrossInput::Feature(feature) => (**feature).clone(),
                };
                let single = match &spec {
                    FeatureSpec::Numeric(n) => n.buckets.is_some(),
                    FeatureSpec::Categorical(_) | FeatureSpec::Cross(_) => true,
                    FeatureSpec::MultiValued(_) | FeatureSpec::Sequence(_) => false,
                };
                if !single {
                    return Err(Error::option(format!(
                        "cross '{name}': input '{}' has no single key a row: expected a column, a categorical, a cross, or a numeric with buckets",
                        spec.name()
                    )));
                }
                Self::new(&spec, &spec.name())
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Self::Cross { name: name.into(), inputs, buckets: f.buckets, seed: f.seed })
    }

    fn multi_valued(f: &MultiValued, name: &str) -> Result<Self> {
        let length = f.max_length.unwrap_or(0);
        check_several(name, &f.separator, f.max_length)?;
        let options = KeyOptions {
            vocabulary: f.vocabulary.as_ref(),
            outside: &f.out_of_vocabulary,
            buckets: f.buckets,
            seed: f.seed,
            missing: &MissingRule::Error,
            padded: length > 0,
        };
        let fit = KeyFit::new(name, &options)?;
        let shape = Shape {
            name: name.into(),
            column: f.column.clone(),
            separator: f.separator.clone(),
            length,
            padding: Side::Post,
            truncate: Side::Post,
        };
        Ok(Self::Several { shape, fit, sequence: false })
    }

    fn sequence(f: &Sequence, name: &str) -> Result<Self> {
        check_several(name, &f.separator, Some(f.max_length))?;
        let options = KeyOptions {
            vocabulary: f.vocabulary.as_ref(),
            outside: &f.out_of_vocabulary,
            buckets: f.buckets,
            seed: f.seed,
            missing: &MissingRule::Error,
            padded: true,
        };
        let fit = KeyFit::new(name, &options)?;
        let shape = Shape {
            name: name.into(),
            column: f.column.clone(),
            separator: f.separator.clone(),
            length: f.max_length,
            padding: f.padding,
            truncate: f.truncate,
        };
        Ok(Self::Several { shape, fit, sequence: true })
    }

    fn push(&mut self, batch: &Batch, first: u64) -> Result<()> {
        match self {
            Self::Numeric { column, fit, .. } => fit.push(batch.column(column)?, first),
            Self::Categorical { column, fit, .. } => {
                let values = batch.column(column)?;
                fit.see_kind(values)?;
                if values.is_empty() {
                    return Ok(());
                }
                // A type that cannot be a category is found out here even if nothing is learned.
                let rows = if fit.learns() { batch.rows() } else { 1 };
                for row in (0..rows).filter(|row| values.is_valid(*row)) {
                    fit.see(token_at(column, values, row)?);
                }
                Ok(())
            }
            Self::Cross { inputs, .. } => inputs.iter_mut().try_for_each(|i| i.push(batch, first)),
            Self::Several { shape, fit, .. } => {
                let values = batch.column(&shape.column)?;
                fit.see_kind(values)?;
                let rows = if fit.learns() { batch.rows() } else { batch.rows().min(1) };
                (0..rows).try_for_each(|row| {
                    each_token(&shape.column, values, &shape.separator, row, |token| {
                        fit.see(token);
                        Ok(())
                    })
                })
            }
        }
    }

    fn finish(self) -> Result<Fitted> {
        Ok(match self {
            Self::Numeric { name, column, fit } => Fitted::Numeric(Single { name, column, rule: fit.finish()? }),
            Self::Categorical { name, column, fit } => Fitted::Categorical(Single { name, column, rule: fit.finish()? }),
            Self::Cross { name, inputs, buckets, seed } => {
                let inputs = inputs.into_iter().map(Self::finish).collect::<Result<Vec<_>>>()?;
                Fitted::Cross(CrossRule { name, inputs, buckets, seed })
            }
            Self::Several { shape, fit, sequence } => {
                let Shape { name, column, separator, length, padding, truncate } = shape;
                let rule = fit.finish()?;
                let several = Several { name, column, separator, rule, length, padding, truncate };
                if sequence { Fitted::Sequence(several) } else { Fitted::MultiValued(several) }
            }
        })
    }
}

fn check_several(name: &str, separator: &str, length: Option<usize>) -> Result<()> {
    if separator.is_empty() {
        return Err(Error::option(format!("feature '{name}': separator: expected at least one character")));
    }
    if length.is_some_and(|n| !(1..=1 << 20).contains(&n)) {
        return Err(Error::option(format!("feature '{name}': maxLength: expected 1 to 1048576")));
    }
    Ok(())
}

fn categorical_options(f: &Categorical) -> KeyOptions<'_> {
    KeyOptions {
        vocabulary: f.vocabulary.as_ref(),
        outside: &f.out_of_vocabulary,
        buckets: f.buckets,
        seed: f.seed,
        missing: &f.missing,
        padded: false,
    }
}

fn open_categorical(column: &str) -> Categorical {
    Categorical {
        column: column.into(),
        name: None,
        vocabulary: None,
        out_of_vocabulary: OutOfVocabulary::Error,
        buckets: None,
        seed: 0,
        missing: MissingRule::Category,
    }
}
