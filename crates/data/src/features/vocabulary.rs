//! A closed list of values and the index of each.

use super::spec::Learned;
use super::tokens::{Token, TokenKind};
use crate::error::{Error, Result};
use crate::hash::{combine, key_of_text};
use hashbrown::HashTable;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Values in the order of their indexes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Values", into = "Values")]
pub(crate) struct Vocabulary {
    values: Values,
    table: HashTable<u32>,
}

/// The saved form. Ids are written as strings, since JavaScript's numbers cannot hold all of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Values {
    Texts(Vec<String>),
    Ids(#[serde(with = "id_strings")] Vec<i64>),
}

mod id_strings {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(ids: &[i64], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(ids.iter().map(i64::to_string))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<i64>, D::Error> {
        let texts: Vec<String> = Vec::deserialize(from)?;
        texts.iter().map(|t| t.parse().map_err(D::Error::custom)).collect()
    }
}

impl TryFrom<Values> for Vocabulary {
    type Error = Error;

    fn try_from(values: Values) -> Result<Self> {
        let len = match &values {
            Values::Texts(v) => v.len(),
            Values::Ids(v) => v.len(),
        };
        if len > u32::MAX as usize {
            return Err(Error::option("a vocabulary has at most 4294967295 values"));
        }
        let mut own = Self { values, table: HashTable::with_capacity(len) };
        for index in 0..len {
            let token = own.token(index);
            if own.index(token).is_some() {
                return Err(Error::option(format!("the vocabulary lists {token} twice")));
            }
            let hash = hash_of(token);
            let Self { values, table } = &mut own;
            table.insert_unique(hash, index as u32, |i| hash_of(values.token(*i as usize)));
        }
        Ok(own)
    }
}

impl From<Vocabulary> for Values {
    fn from(vocabulary: Vocabulary) -> Self {
        vocabulary.values
    }
}

impl Values {
    #[inline]
    fn token(&self, index: usize) -> Token<'_> {
        match self {
            Self::Texts(values) => Token::Text(&values[index]),
            Self::Ids(values) => Token::Id(values[index]),
        }
    }
}

#[inline]
fn hash_of(token: Token<'_>) -> u64 {
    match token {
        Token::Text(text) => key_of_text(text) as u64,
        Token::Id(id) => combine(0, id as u64),
    }
}

impl Vocabulary {
    pub(crate) fn of_texts(values: Vec<String>) -> Result<Self> {
        Values::Texts(values).try_into()
    }

    pub(crate) fn of_ids(values: Vec<i64>) -> Result<Self> {
        Values::Ids(values).try_into()
    }

    pub(crate) fn len(&self) -> usize {
        match &self.values {
            Values::Texts(v) => v.len(),
            Values::Ids(v) => v.len(),
        }
    }

    pub(crate) fn kind(&self) -> TokenKind {
        match &self.values {
            Values::Texts(_) => TokenKind::Text,
            Values::Ids(_) => TokenKind::Id,
        }
    }

    fn token(&self, index: usize) -> Token<'_> {
        self.values.token(index)
    }

    /// The index of a value of the vocabulary's kind.
    #[inline]
    pub(crate) fn index(&self, token: Token<'_>) -> Option<i64> {
        let found = self.table.find(hash_of(token), |i| self.values.token(*i as usize) == token);
        found.map(|i| i64::from(*i))
    }

    /// Up to three values that look like this one.
    pub(crate) fn nearest(&self, token: Token<'_>) -> Vec<String> {
        let wanted = token.to_string().to_lowercase();
        // A huge vocabulary is not searched through for a message.
        let mut ranked: Vec<(f64, String)> = (0..self.len().min(10_000))
            .map(|i| self.token(i).to_string())
            .map(|t| (strsim::jaro_winkler(&wanted, &t.to_lowercase()), t))
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        ranked.into_iter().take(3).map(|r| r.1).collect()
    }
}

/// Counts values for a learned vocabulary.
#[derive(Default)]
pub(crate) struct Counter {
    texts: HashMap<Box<str>, u64>,
    ids: HashMap<i64, u64>,
}

impl Counter {
    pub(crate) fn add(&mut self, token: Token<'_>) {
        match token {
            Token::Text(text) => match self.texts.get_mut(text) {
                Some(count) => *count += 1,
                None => {
                    self.texts.insert(text.into(), 1);
                }
            },
            Token::Id(id) => *self.ids.entry(id).or_default() += 1,
        }
    }

    pub(crate) fn finish(self, kind: TokenKind, bounds: Learned) -> Result<Vocabulary> {
        fn kept<T: Ord>(counts: impl IntoIterator<Item = (T, u64)>, bounds: Learned) -> Vec<T> {
            let mut all: Vec<(T, u64)> = counts.into_iter().filter(|c| c.1 >= bounds.min_count).collect();
            all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            all.truncate(bounds.max_size.unwrap_or(usize::MAX));
            all.into_iter().map(|c| c.0).collect()
        }
        match kind {
            TokenKind::Text => Vocabulary::of_texts(kept(self.texts, bounds).into_iter().map(String::from).collect()),
            TokenKind::Id => Vocabulary::of_ids(kept(self.ids, bounds)),
        }
    }
}
