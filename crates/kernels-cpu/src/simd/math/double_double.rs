//! Numbers as unevaluated sums of two f64 (about 106 bits), for functions that cancel near their zeros.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// `high + low`, with `low` at most half an ulp of `high`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dd {
    pub(super) high: f64,
    pub(super) low: f64,
}

impl Dd {
    /// A number that is already that sum.
    pub(super) const fn new(high: f64, low: f64) -> Self {
        Self { high, low }
    }

    /// The sum, rounded.
    pub(super) fn value(self) -> f64 {
        self.high + self.low
    }

    /// Exact sum of two f64 (Knuth).
    fn sum(a: f64, b: f64) -> Self {
        let s = a + b;
        let back = s - a;
        Self::new(s, (a - (s - back)) + (b - back))
    }

    /// Exact sum where |a| ≥ |b| (Dekker).
    fn quick(a: f64, b: f64) -> Self {
        let s = a + b;
        Self::new(s, b - (s - a))
    }

    /// Natural logarithm of a positive number: ln 2ᵏ·m = k·ln 2 + 2·atanh((m − 1)/(m + 1)).
    pub(super) fn ln(self) -> Self {
        let (_, mut k) = libm::frexp(self.high);
        if libm::ldexp(self.high, -k) < std::f64::consts::FRAC_1_SQRT_2 {
            k -= 1;
        }
        let m = Self::new(libm::ldexp(self.high, -k), libm::ldexp(self.low, -k));
        let one = Self::from(1.0);
        let s = (m - one) / (m + one);
        let z = s * s;
        // z ≤ 0.0295: 22 terms reach 2⁻¹⁰⁶.
        let series = (0..22).rev().fold(Self::from(0.0), |sum, n| sum * z + one / Self::from(f64::from(2 * n + 1)));
        LN_2 * Self::from(f64::from(k)) + s * series * Self::from(2.0)
    }
}

/// ln 2
const LN_2: Dd = Dd::new(std::f64::consts::LN_2, 2.3190468138462996e-17);

impl From<f64> for Dd {
    fn from(value: f64) -> Self {
        Self::new(value, 0.0)
    }
}

impl Add for Dd {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let s = Self::sum(self.high, other.high);
        let t = Self::sum(self.low, other.low);
        let s = Self::quick(s.high, s.low + t.high);
        Self::quick(s.high, s.low + t.low)
    }
}

impl Neg for Dd {
    type Output = Self;
    fn neg(self) -> Self {
        Self::new(-self.high, -self.low)
    }
}

impl Sub for Dd {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Dd {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let p = self.high * other.high;
        let e = self.high.mul_add(other.high, -p);
        Self::quick(p, e + (self.high * other.low + self.low * other.high))
    }
}

impl Div for Dd {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let q1 = self.high / other.high;
        let r = self - other * Self::from(q1);
        let q2 = r.high / other.high;
        let r = r - other * Self::from(q2);
        let q = Self::quick(q1, q2);
        q + Self::from(r.high / other.high)
    }
}
