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

impl Stream {
    /// Uniform in (0, 1): (w + ½)·2⁻³² for word `i` of the element's blocks (element, 0), (element, 1) …
    #[inline]
    fn open(self, element: u64, i: u32) -> f64 {
        open_unit(self.block(element as u32, i / 4)[(i % 4) as usize])
    }

    /// A gamma draw with shape parameter `alpha` and rate 1 by Marsaglia and Tsang (2000); NaN unless
    /// `alpha` is positive and finite. Words 0 and 1 of block (element, attempt) give a normal by Box–Muller,
    /// word 2 the test; word 3 of attempt 0 the factor u^(1/alpha) that lowers alpha + 1 to alpha < 1.
    pub fn gamma(self, element: u64, alpha: f64) -> f64 {
        if !(alpha > 0.0 && alpha.is_finite()) {
            return f64::NAN;
        }
        let d = if alpha < 1.0 { alpha + 1.0 } else { alpha } - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        let mut attempt = 0;
        let draw = loop {
            let [w0, w1, w2, _] = self.block(element as u32, attempt);
            let z = (-2.0 * open_unit(w0).ln()).sqrt() * (std::f64::consts::TAU * open_unit(w1)).cos();
            let v = (1.0 + c * z).powi(3);
            if v > 0.0 && open_unit(w2).ln() < 0.5 * z * z + d - d * v + d * v.ln() {
                break d * v;
            }
            attempt += 1;
        };
        if alpha < 1.0 { draw * self.open(element, 3).powf(1.0 / alpha) } else { draw }
    }

    /// A Poisson draw with mean `lam`; NaN where `lam` is negative or NaN. Means below 10 multiply uniforms
    /// (Knuth), others use Hörmann's transformed rejection PTRS (1993), two words an attempt.
    pub fn poisson(self, element: u64, lam: f64) -> f64 {
        if lam.is_nan() || lam < 0.0 {
            return f64::NAN;
        }
        if lam < 10.0 {
            let limit = (-lam).exp();
            let (mut product, mut k) = (1.0, 0);
            loop {
                product *= self.open(element, k);
                if product <= limit {
                    return f64::from(k);
                }
                k += 1;
            }
        }
        let b = 0.931 + 2.53 * lam.sqrt();
        let a = -0.059 + 0.02483 * b;
        let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
        let edge = 0.9277 - 3.6224 / (b - 2.0);
        let mut attempt = 0;
        loop {
            let (u, v) = (self.open(element, 2 * attempt) - 0.5, self.open(element, 2 * attempt + 1));
            let s = 0.5 - u.abs();
            let k = ((2.0 * a / s + b) * u + lam + 0.43).floor();
            let sure = s >= 0.07 && v <= edge;
            let possible = k >= 0.0 && (s >= 0.013 || v <= s);
            if sure
                || (possible && v.ln() + inverse_alpha.ln() - (a / (s * s) + b).ln() <= -lam + k * lam.ln() - log_factorial(k))
            {
                return k;
            }
            attempt += 1;
        }
    }
}

/// (w + ½)·2⁻³².
#[inline]
fn open_unit(word: u32) -> f64 {
    (f64::from(word) + 0.5) / 4_294_967_296.0
}

/// ln k!: exact products below 16, Stirling's series above (relative error under 1e-12).
fn log_factorial(k: f64) -> f64 {
    if k < 16.0 {
        return (2..=k as u32).map(f64::from).product::<f64>().ln();
    }
    let i = 1.0 / k;
    k * k.ln() - k + 0.5 * (std::f64::consts::TAU * k).ln() + i * (1.0 / 12.0 - i * i * (1.0 / 360.0 - i * i / 1260.0))
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

    fn moments(draw: impl Fn(u64) -> f64) -> (f64, f64) {
        const N: u64 = 100_000;
        let x: Vec<f64> = (0..N).map(draw).collect();
        let mean = x.iter().sum::<f64>() / N as f64;
        (mean, x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / N as f64)
    }

    /// Mean within 5 standard errors, variance within 5 %.
    fn assert_moments((mean, variance): (f64, f64), want: (f64, f64)) {
        assert!((mean - want.0).abs() < 5.0 * (want.1 / 1e5).sqrt(), "mean {mean}, expected {}", want.0);
        assert!((variance / want.1 - 1.0).abs() < 0.05, "variance {variance}, expected {}", want.1);
    }

    #[test]
    fn draws_have_the_moments_of_their_distributions() {
        let s = Stream::seeded(20);
        assert_moments(moments(|e| f64::from(uniform_f32(s.bits32(e)))), (0.5, 1.0 / 12.0));
        assert_moments(moments(|e| uniform_f64(s.bits64(e))), (0.5, 1.0 / 12.0));
        for alpha in [0.3, 1.0, 4.5] {
            assert_moments(moments(|e| s.gamma(e, alpha)), (alpha, alpha));
        }
        for lam in [0.5, 9.0, 11.0, 300.0] {
            assert_moments(moments(|e| s.poisson(e, lam)), (lam, lam));
        }
        assert!(s.gamma(0, -1.0).is_nan() && s.poisson(0, -1.0).is_nan());
        assert_eq!(s.poisson(3, 0.0), 0.0);
    }

    #[test]
    fn log_factorials_agree_with_sums_of_logarithms() {
        for k in [0u32, 1, 5, 15, 16, 40, 170] {
            let want: f64 = (2..=k).map(|i| f64::from(i).ln()).sum();
            assert!((log_factorial(f64::from(k)) - want).abs() <= 1e-9 * want.max(1.0), "{k}");
        }
    }

    #[test]
    fn integers_cover_their_range_and_no_more() {
        assert_eq!(int_from_32(0, -3, 7), -3);
        assert_eq!(int_from_32(u32::MAX, -3, 7), 3);
        assert_eq!(int_from_64(u64::MAX, i64::MIN, u64::MAX), i64::MAX - 1);
    }
}
