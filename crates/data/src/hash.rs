//! The stable 64-bit hashes behind keys, buckets, splits and shuffles. They are part of the saved
//! form of models: changing one changes what a saved model means.

use xxhash_rust::xxh3::xxh3_64;

/// The key of a missing value that is a category of its own (open keys only).
pub const MISSING_KEY: i64 = 0x6d69_7373_696e_6721;

/// The key of a string: XXH3-64 with seed 0 over its UTF-8 bytes, as a signed number.
#[inline]
pub fn key_of_text(text: &str) -> i64 {
    xxh3_64(text.as_bytes()) as i64
}

/// The finaliser of SplitMix64: a bijection that mixes all 64 bits.
#[inline]
pub fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Joins `next` to a running hash; the order of joining counts.
#[inline]
pub fn combine(state: u64, next: u64) -> u64 {
    mix(state.wrapping_mul(GOLDEN) ^ mix(next.wrapping_add(GOLDEN)))
}

/// The bucket of a key: the high half of `combine(seed, key) * buckets`.
#[inline]
pub fn bucket_of(key: i64, seed: u64, buckets: u64) -> i64 {
    ((u128::from(combine(seed, key as u64)) * u128::from(buckets)) >> 64) as i64
}

/// A hash as a number in [0, 1), from its top 53 bits.
#[inline]
pub fn unit(hash: u64) -> f64 {
    (hash >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// A stream of random words that is a function of its tags alone (SplitMix64).
pub(crate) struct Stream(u64);

impl Stream {
    pub(crate) fn new(tags: &[u64]) -> Self {
        Self(tags.iter().fold(0x7461_6c72_6179, |s, &t| combine(s, t)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// A number below `bound` (at least 1), each equally likely (Lemire's method).
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let wide = u128::from(self.next()) * u128::from(bound);
            if (wide as u64) >= threshold {
                return (wide >> 64) as u64;
            }
        }
    }

    /// The numbers below `n` in random order (Fisher and Yates).
    pub(crate) fn permutation(&mut self, n: usize) -> Vec<u32> {
        let mut order: Vec<u32> = (0..n as u32).collect();
        for i in (1..n).rev() {
            order.swap(i, self.below(i as u64 + 1) as usize);
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_string_is_plain_xxh3() {
        // Published by the xxHash project: XXH3_64bits of no input, seed 0.
        assert_eq!(key_of_text("") as u64, 0x2d06_8005_38d3_94c2);
    }

    #[test]
    fn a_permutation_holds_each_number_once() {
        let mut order = Stream::new(&[1, 2]).permutation(1000);
        assert_ne!(order[..10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        order.sort_unstable();
        assert!(order.iter().enumerate().all(|(i, &v)| i == v as usize));
    }

    #[test]
    fn buckets_fill_evenly() {
        let mut counts = [0; 10];
        (0..100_000).for_each(|k| counts[bucket_of(k, 0, 10) as usize] += 1);
        assert!(counts.iter().all(|c| (9_500..10_500).contains(c)), "{counts:?}");
    }
}
