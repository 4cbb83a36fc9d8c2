//! The index of a shard: open addressing over buckets of one cache line, five keys with their rows
//! in each, so that finding a key usually costs one line. There is no reserved key.

use super::prefetch_slice;
use talray_core::rows::MISSING_ROW;
use talray_core::{Error, Result};

const WIDTH: usize = 5;
/// Buckets are split when more than four of five entries are taken.
const FULL: usize = 4;
/// How many keys ahead buckets are fetched.
const AHEAD: usize = 16;

/// A bijective mixer of 64 bits (the finisher of MurmurHash3). High bits choose the shard, low
/// bits the bucket.
#[inline(always)]
pub(crate) fn mix(key: u64) -> u64 {
    let mut h = key;
    h = (h ^ (h >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    h = (h ^ (h >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    h ^ (h >> 33)
}

#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Bucket {
    keys: [u64; WIDTH],
    rows: [u32; WIDTH],
    /// Bit `i`: is entry `i` taken?
    taken: u8,
    /// How many keys whose search passes through here lie in later buckets; 255 stays 255.
    passed: u8,
}

const EMPTY: Bucket = Bucket { keys: [0; WIDTH], rows: [0; WIDTH], taken: 0, passed: 0 };

impl Bucket {
    #[inline(always)]
    fn find(&self, key: u64) -> Option<usize> {
        let mut equal = 0u8;
        for (i, k) in self.keys.iter().enumerate() {
            equal |= u8::from(*k == key) << i;
        }
        let found = equal & self.taken;
        (found != 0).then_some(found.trailing_zeros() as usize)
    }
}

/// Keys to row numbers.
pub(crate) struct Index {
    buckets: Vec<Bucket>,
    len: usize,
}

impl Index {
    pub(crate) fn new() -> Index {
        Index { buckets: Vec::new(), len: 0 }
    }

    /// Number of keys.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Bytes allocated.
    pub(crate) fn bytes(&self) -> usize {
        self.buckets.capacity() * size_of::<Bucket>()
    }

    /// Every key with its row, in no useful order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        self.buckets.iter().flat_map(|b| (0..WIDTH).filter(|i| b.taken >> i & 1 == 1).map(|i| (b.keys[i], b.rows[i])))
    }

    /// The row of each key, or [`MISSING_ROW`].
    pub(crate) fn find(&self, keys: &[u64], rows: &mut [u32]) {
        if self.buckets.is_empty() {
            rows.fill(MISSING_ROW);
            return;
        }
        self.prefetch(&keys[..keys.len().min(AHEAD)]);
        for (i, key) in keys.iter().enumerate() {
            if let Some(next) = keys.get(i + AHEAD) {
                self.prefetch(std::slice::from_ref(next));
            }
            rows[i] = self.get(*key);
        }
    }

    /// The row of each key; `add` gives the row of a key that is not there yet.
    pub(crate) fn find_or_insert(
        &mut self,
        keys: &[u64],
        rows: &mut [u32],
        mut add: impl FnMut(u64) -> Result<u32>,
    ) -> Result<()> {
        self.prefetch(&keys[..keys.len().min(AHEAD)]);
        for (i, key) in keys.iter().enumerate() {
            if let Some(next) = keys.get(i + AHEAD) {
                self.prefetch(std::slice::from_ref(next));
            }
            rows[i] = match self.get(*key) {
                MISSING_ROW => {
                    self.reserve_one()?;
                    let row = add(*key)?;
                    self.put(*key, row);
                    row
                }
                row => row,
            };
        }
        Ok(())
    }

    /// Takes a key out and gives the row it had.
    pub(crate) fn remove(&mut self, key: u64) -> Option<u32> {
        if self.buckets.is_empty() {
            return None;
        }
        let home = self.home(key);
        let mut at = home;
        let entry = loop {
            if let Some(i) = self.buckets[at].find(key) {
                break i;
            }
            if self.buckets[at].passed == 0 {
                return None;
            }
            at = (at + 1) & (self.buckets.len() - 1);
            if at == home {
                return None;
            }
        };
        self.buckets[at].taken &= !(1 << entry);
        let mut step = home;
        while step != at {
            let passed = &mut self.buckets[step].passed;
            // A count that reached its limit is no longer exact: it stays, and searches go on past it.
            *passed -= u8::from(*passed != u8::MAX);
            step = (step + 1) & (self.buckets.len() - 1);
        }
        self.len -= 1;
        Some(self.buckets[at].rows[entry])
    }

    #[inline(always)]
    fn home(&self, key: u64) -> usize {
        mix(key) as usize & (self.buckets.len() - 1)
    }

    #[inline(always)]
    fn prefetch(&self, keys: &[u64]) {
        if !self.buckets.is_empty() {
            for key in keys {
                prefetch_slice(std::slice::from_ref(&self.buckets[self.home(*key)]));
            }
        }
    }

    #[inline(always)]
    fn get(&self, key: u64) -> u32 {
        if self.buckets.is_empty() {
            return MISSING_ROW;
        }
        let home = self.home(key);
        let mut at = home;
        loop {
            let bucket = &self.buckets[at];
            if let Some(i) = bucket.find(key) {
                return bucket.rows[i];
            }
            if bucket.passed == 0 {
                return MISSING_ROW;
            }
            at = (at + 1) & (self.buckets.len() - 1);
            if at == home {
                return MISSING_ROW;
            }
        }
    }

    /// Puts in a key that is not there; there is room.
    fn put(&mut self, key: u64, row: u32) {
        let mut at = self.home(key);
        while self.buckets[at].taken == (1 << WIDTH) - 1 {
            self.buckets[at].passed = self.buckets[at].passed.saturating_add(1);
            at = (at + 1) & (self.buckets.len() - 1);
        }
        let bucket = &mut self.buckets[at];
        let entry = bucket.taken.trailing_ones() as usize;
        bucket.keys[entry] = key;
        bucket.rows[entry] = row;
        bucket.taken |= 1 << entry;
        self.len += 1;
    }

    fn reserve_one(&mut self) -> Result<()> {
        if self.len < self.buckets.len() * FULL {
            return Ok(());
        }
        let count = (self.buckets.len() * 2).max(4);
        let mut buckets = Vec::new();
        buckets
            .try_reserve_exact(count)
            .map_err(|_| Error::memory(format!("a table's index cannot grow to {count} buckets of 64 bytes")))?;
        buckets.resize(count, EMPTY);
        let old = Index { buckets: std::mem::replace(&mut self.buckets, buckets), len: 0 };
        self.len = 0;
        for (key, row) in old.iter() {
            self.put(key, row);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn behaves_like_a_map(steps in proptest::collection::vec((any::<bool>(), 0u64..400, any::<bool>()), 1..2000)) {
            let (mut index, mut model, mut next) = (Index::new(), HashMap::new(), 0u32);
            for (put, small, spread) in steps {
                let key = if spread { mix(small) } else { u64::MAX - small };
                if put {
                    let mut row = [0];
                    index.find_or_insert(&[key], &mut row, |_| { next += 1; Ok(next - 1) }).unwrap();
                    prop_assert_eq!(row[0], *model.entry(key).or_insert(row[0]));
                } else {
                    prop_assert_eq!(index.remove(key), model.remove(&key));
                }
                prop_assert_eq!(index.len(), model.len());
            }
            let all: HashMap<u64, u32> = index.iter().collect();
            prop_assert_eq!(&all, &model);
            let keys: Vec<u64> = (0..400).map(mix).chain((0..400).map(|k| u64::MAX - k)).collect();
            let mut rows = vec![0; keys.len()];
            index.find(&keys, &mut rows);
            for (k, r) in keys.iter().zip(rows) {
                prop_assert_eq!(model.get(k).copied().unwrap_or(MISSING_ROW), r);
            }
        }
    }
}
