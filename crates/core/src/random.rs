//! Counter-based random numbers: Philox4x32-10 and how its words become draws.
//!
//! Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
//! A draw is a pure function of (key, offset, element, attempt), so that any backend, any number
//! of threads and any order of evaluation give the same bits.

const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// One block of Philox4x32-10: four words from a counter and a key.
#[inline(always)]
pub const fn philox(mut c: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    let mut round = 0;
    while round < 10 {
        let p0 = MULTIPLIERS[0] as u64 * c[0] as u64;
        let p1 = MULTIPLIERS[1] as u64 * c[2] as u64;
        c = [(p1 >> 32) as u32 ^ c[1] ^ key[0], p1 as u32, (p0 >> 32) as u32 ^ c[3] ^ key[1], p0 as u32];
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
        round += 1;
    }
    c
}

/// The draws of one op: a key and an offset, as they stand in a state tensor
/// `[key lo, key hi, offset lo, offset hi]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Low and high word of the key (the seed).
    pub key: [u32; 2],
    /// Low and high word of the offset (how many draws came before).
    pub offset: [u32; 2],
}

impl Stream {
    /// The stream of a state tensor's four words.
    pub const fn new(state: [u32; 4]) -> Stream {
        Stream { key: [state[0], state[1]], offset: [state[2], state[3]] }
    }

    /// The stream of a seed, at its beginning.
    pub const fn seeded(seed: u64) -> Stream {
        Stream { key: [seed as u32, (seed >> 32) as u32], offset: [0, 0] }
    }

    /// The four words of a state tensor.
    pub const fn state(self) -> [u32; 4] {
        [self.key[0], self.key[1], self.offset[0], self.offset[1]]
    }

    /// The stream `count` draws later: the offset is a 64-bit number that wraps.
    #[must_use]
    pub const fn advance(self, count: u64) -> Stream {
        let offset = (self.offset[0] as u64 | (self.offset[1] as u64) << 32).wrapping_add(count);
        Stream { key: self.key, offset: [offset as u32, (offset >> 32) as u32] }
    }

    /// Block `index` of attempt `attempt`: Philox with counter (index, attempt, offset lo, offset hi).
    #[inline(always)]
    pub const fn block(self, index: u32, attempt: u32) -> [u32; 4] {
        philox([index, attempt, self.offset[0], self.offset[1]], self.key)
    }

    /// The 32-bit word of element `element`: word `element mod 4` of block `element / 4`.
    #[inline]
    pub const fn bits32(self, element: u64) -> u32 {
        self.block((element / 4) as u32, 0)[(element % 4) as usize]
    }

    /// The 64-bit word of element `element`: words `2·(element mod 2)` (low) and the next (high)
    /// of block `element / 2`.
    #[inline]
    pub const fn bits64(self, element: u64) -> u64 {
        let b = self.block((element / 2) as u32, 0);
        let i = 2 * (element % 2) as usize;
        b[i] as u64 | (b[i + 1] as u64) << 32
    }
}

/// Uniform in [0, 1): the 24 high bits times 2⁻²⁴.
#[inline(always)]
pub const fn uniform_f32(bits: u32) -> f32 {
    (bits >> 8) as f32 * (1.0 / 16_777_216.0)
}

/// Uniform in [0, 1): the 53 high bits times 2⁻⁵³.
#[inline(always)]
pub const fn uniform_f64(bits: u64) -> f64 {
    (bits >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// Uniform integer in `[low, low + span)` from a 32-bit word: `low + ⌊bits·span / 2³²⌋`. A value's
/// probability differs from `1/span` by less than 2⁻³².
#[inline(always)]
pub const fn int_from_32(bits: u32, low: i64, span: u64) -> i64 {
    low.wrapping_add(((bits as u64 * span) >> 32) as i64)
}

/// As [`int_from_32`] from a 64-bit word, for spans above 2³².
#[inline(always)]
pub const fn int_from_64(bits: u64, low: i64, span: u64) -> i64 {
    low.wrapping_add(((bits as u128 * span as u128) >> 64) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known answers published with Random123 (kat_vectors, philox4x32 with 10 rounds).
    #[test]
    fn philox_gives_the_published_answers() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(philox([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        assert_eq!(
            philox([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn offsets_carry_into_the_high_word() {
        let s = Stream { key: [1, 2], offset: [u32::MAX, 7] };
        assert_eq!(s.advance(1).offset, [0, 8]);
        assert_eq!(s.advance(0), s);
    }

    #[test]
    fn uniforms_stay_below_one() {
        assert_eq!(uniform_f32(u32::MAX), 1.0 - f32::EPSILON / 2.0);
        assert_eq!(uniform_f64(u64::MAX), 1.0 - f64::EPSILON / 2.0);
        assert_eq!(uniform_f32(255), 0.0);
    }

    #[test]
    fn integers_cover_their_range_and_no_more() {
        assert_eq!(int_from_32(0, -3, 7), -3);
        assert_eq!(int_from_32(u32::MAX, -3, 7), 3);
        assert_eq!(int_from_64(u64::MAX, i64::MIN, u64::MAX), i64::MAX - 1);
    }
}
