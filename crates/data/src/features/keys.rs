//! From a value to its 64-bit key: open, hashed into buckets, or an index of a closed vocabulary.

use super::spec::{DefaultValue, MissingRule, OutOfVocabulary, VocabularySpec};
use super::tokens::{Token, TokenKind, token_at};
use super::vocabulary::{Counter, Vocabulary};
use crate::column::Column;
use crate::error::{Error, Result};
use crate::hash::{MISSING_KEY, bucket_of, combine, key_of_text};
use serde::{Deserialize, Serialize};

/// The fitted rule.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct KeyRule {
    kind: TokenKind,
    map: KeyMap,
    /// Added to every index: 1 where 0 is padding. Open keys are not shifted.
    shift: i64,
    missing: MissingKey,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum KeyMap {
    Open,
    Hashed { buckets: u64, seed: u64 },
    Closed { vocabulary: Vocabulary, outside: Outside },
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Outside {
    Error,
    Extra(u64),
    Index(i64),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum MissingKey {
    Error,
    Category,
    Default(DefaultValue),
}

impl KeyRule {
    /// How many different keys there can be, padding included; `None` for open ones.
    pub(crate) fn cardinality(&self) -> Option<u64> {
        let own = match &self.map {
            KeyMap::Open => return None,
            KeyMap::Hashed { buckets, .. } => *buckets,
            KeyMap::Closed { vocabulary, outside } => {
                vocabulary.len() as u64 + if let Outside::Extra(n) = outside { *n } else { 0 }
            }
        };
        Some(own + self.shift as u64 + u64::from(matches!(self.missing, MissingKey::Category)))
    }

    /// The key of a value.
    #[inline]
    pub(crate) fn key(&self, name: &str, token: Token<'_>) -> Result<i64> {
        match (self.kind, token) {
            (TokenKind::Text, Token::Id(id)) => self.key_of_kind(name, Token::Text(&id.to_string())),
            (TokenKind::Id, Token::Text(text)) => {
                let id = text.parse::<i64>().or_else(|_| text.parse::<u64>().map(|v| v as i64));
                let id = id.map_err(|_| {
                    Error::dtype(format!("column '{name}': expected whole numbers, as in training, received '{text}'"))
                })?;
                self.key_of_kind(name, Token::Id(id))
            }
            _ => self.key_of_kind(name, token),
        }
    }

    #[inline]
    fn key_of_kind(&self, name: &str, token: Token<'_>) -> Result<i64> {
        let open = match token {
            Token::Text(text) => key_of_text(text),
            Token::Id(id) => id,
        };
        match &self.map {
            KeyMap::Open => Ok(open),
            KeyMap::Hashed { buckets, seed } => Ok(bucket_of(open, *seed, *buckets) + self.shift),
            KeyMap::Closed { vocabulary, outside } => match (vocabulary.index(token), *outside) {
                (Some(index), _) | (None, Outside::Index(index)) => Ok(index + self.shift),
                (None, Outside::Extra(n)) => Ok(vocabulary.len() as i64 + bucket_of(open, 0, n) + self.shift),
                (None, Outside::Error) => Err(Error::option(format!(
                    "column '{name}': {token} is not in the vocabulary of {} values (nearest are {}); outOfVocabulary can give it an index",
                    vocabulary.len(),
                    vocabulary.nearest(token).join(", ")
                ))),
            },
        }
    }

    fn missing_key(&self, name: &str, row: usize) -> Result<i64> {
        match &self.missing {
            MissingKey::Error => Err(Error::format(format!(
                "column '{name}': the value is missing in row {row} of the batch; the feature's `missing` can give it a category or a default"
            ))),
            MissingKey::Category => Ok(self.cardinality().map_or(MISSING_KEY, |n| n as i64 - 1)),
            MissingKey::Default(value) => match value {
                DefaultValue::Id(id) => self.key(name, Token::Id(*id)),
                DefaultValue::Text(text) => self.key(name, Token::Text(text)),
                DefaultValue::Number(number) => self.key(name, Token::Text(&number.to_string())),
            },
        }
    }

    /// The keys of a column.
    pub(crate) fn fill(&self, name: &str, column: &Column, out: &mut [i64]) -> Result<()> {
        for (row, key) in out.iter_mut().enumerate() {
            *key =
                if column.is_valid(row) { self.key(name, token_at(name, column, row)?)? } else { self.missing_key(name, row)? };
        }
        Ok(())
    }
}

/// One key for several, in their order.
pub(crate) fn join_keys(state: &mut [i64], keys: &[i64]) {
    for (s, k) in state.iter_mut().zip(keys) {
        *s = combine(*s as u64, *k as u64) as i64;
    }
}

/// The key options that several kinds of feature share.
pub(crate) struct KeyOptions<'a> {
    pub vocabulary: Option<&'a VocabularySpec>,
    pub outside: &'a OutOfVocabulary,
    pub buckets: Option<u64>,
    pub seed: u64,
    pub missing: &'a MissingRule,
    /// Whether index 0 is kept for padding.
    pub padded: bool,
}

/// A rule in the making.
pub(crate) struct KeyFit {
    name: String,
    given: Option<Vocabulary>,
    learned: Option<(Counter, super::spec::Learned)>,
    outside: OutOfVocabulary,
    hashed: Option<(u64, u64)>,
    missing: MissingRule,
    padded: bool,
    kind: Option<TokenKind>,
}

impl KeyFit {
    pub(crate) fn new(name: &str, options: &KeyOptions<'_>) -> Result<Self> {
        let fail = |message: &str| Err(Error::option(format!("feature '{name}': {message}")));
        if options.buckets == Some(0) || options.buckets.is_some_and(|n| n > 1 << 62) {
            return fail("buckets: expected at least 1 and at most 2^62");
        }
        if options.buckets.is_some() && options.vocabulary.is_some() {
            return fail("give either vocabulary or buckets, not both");
        }
        if options.vocabulary.is_none() && *options.outside != OutOfVocabulary::Error {
            return fail("outOfVocabulary has no meaning without a vocabulary");
        }
        if *options.outside == OutOfVocabulary::Extra(0) {
            return fail("outOfVocabulary.extra: expected at least 1, received 0");
        }
        let (mut given, mut learned) = (None, None);
        match options.vocabulary {
            Some(VocabularySpec::Texts(v)) => given = Some(Vocabulary::of_texts(v.clone())?),
            Some(VocabularySpec::Ids(v)) => given = Some(Vocabulary::of_ids(v.clone())?),
            Some(VocabularySpec::Learned(bounds)) => learned = Some((Counter::default(), *bounds)),
            None => {}
        }
        Ok(Self {
            name: name.into(),
            kind: given.as_ref().map(Vocabulary::kind),
            given,
            learned,
            outside: options.outside.clone(),
            hashed: options.buckets.map(|n| (n, options.seed)),
            missing: options.missing.clone(),
            padded: options.padded,
        })
    }

    /// Notes whether the column holds strings or ids; both in one fit do not go together.
    pub(crate) fn see_kind(&mut self, column: &Column) -> Result<()> {
        let kind = TokenKind::of(column);
        let known = *self.kind.get_or_insert(kind);
        if known != kind && self.given.is_none() {
            return Err(Error::dtype(format!(
                "feature '{}': the column changes between strings and numbers within the data",
                self.name
            )));
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn see(&mut self, token: Token<'_>) {
        if let Some((counter, _)) = &mut self.learned {
            counter.add(token);
        }
    }

    /// Whether values need to be seen at all.
    pub(crate) fn learns(&self) -> bool {
        self.learned.is_some()
    }

    pub(crate) fn finish(self) -> Result<KeyRule> {
        let kind = self.kind.unwrap_or(TokenKind::Text);
        let vocabulary = match (self.given, self.learned) {
            (Some(given), _) => Some(given),
            (None, Some((counter, bounds))) => Some(counter.finish(kind, bounds)?),
            (None, None) => None,
        };
        let map = match (vocabulary, self.hashed) {
            (Some(vocabulary), _) => {
                let outside = outside(&self.name, &vocabulary, &self.outside)?;
                KeyMap::Closed { vocabulary, outside }
            }
            (None, Some((buckets, seed))) => KeyMap::Hashed { buckets, seed },
            (None, None) => KeyMap::Open,
        };
        let missing = match self.missing {
            MissingRule::Error => MissingKey::Error,
            MissingRule::Category => MissingKey::Category,
            MissingRule::Default(value) => MissingKey::Default(value),
        };
        let rule = KeyRule { kind, map, shift: i64::from(self.padded), missing };
        if matches!(rule.missing, MissingKey::Default(_)) {
            // A default outside the vocabulary is found out now, not at the first missing value.
            rule.missing_key(&self.name, 0)?;
        }
        Ok(rule)
    }
}

fn outside(name: &str, vocabulary: &Vocabulary, rule: &OutOfVocabulary) -> Result<Outside> {
    let value = match rule {
        OutOfVocabulary::Error => return Ok(Outside::Error),
        OutOfVocabulary::Extra(n) => return Ok(Outside::Extra(*n)),
        OutOfVocabulary::Default(value) => value,
    };
    let index = match value {
        DefaultValue::Text(text) => vocabulary.index(Token::Text(text)),
        DefaultValue::Id(id) => vocabulary.index(Token::Id(*id)),
        DefaultValue::Number(_) => None,
    };
    index.map(Outside::Index).ok_or_else(|| {
        Error::option(format!("feature '{name}': outOfVocabulary.default: {value:?} is not in the vocabulary itself"))
    })
}
