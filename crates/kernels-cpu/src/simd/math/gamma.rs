//! ln |Γ| and its derivative, one lane at a time. Both are Stirling's series after Γ(x + 1) = x·Γ(x) has moved x
//! up; where the parts cancel (negative x, the zero of digamma) they are added in double-double.

use super::super::vector::{Double, Single};
use super::double_double::Dd;
use std::f64::consts::PI;

/// ln |Γ(x)| in f32; +∞ at 0, −1, −2 …
#[inline(always)]
pub fn lgamma_f32<V: Single>(x: V) -> V {
    x.each(|x| lgamma(f64::from(x)) as f32)
}

/// ln |Γ(x)| in f64; +∞ at 0, −1, −2 …
#[inline(always)]
pub fn lgamma_f64<V: Double>(x: V) -> V {
    x.each(lgamma)
}

/// Γ′(x)/Γ(x) in f32; ∓∞ at ±0, NaN at the other poles.
#[inline(always)]
pub fn digamma_f32<V: Single>(x: V) -> V {
    x.each(digamma_single)
}

/// Γ′(x)/Γ(x) in f64; ∓∞ at ±0, NaN at the other poles.
#[inline(always)]
pub fn digamma_f64<V: Double>(x: V) -> V {
    x.each(digamma)
}

/// From here up the first 15 terms of Stirling's series reach 106 bits.
const HIGH: f64 = 24.0;

fn lgamma(x: f64) -> f64 {
    if x >= -1e-10 || x.is_nan() {
        return if x == 0.0 { f64::INFINITY } else { libm::lgamma(x) };
    }
    if x == f64::NEG_INFINITY || x.floor() == x {
        return f64::INFINITY;
    }
    // Γ(x)·Γ(−x) = −π / (x·sin πx)
    if x < -20.0 {
        return PI.ln() - (x * libm::sin(PI * (x - x.round()))).abs().ln() - libm::lgamma(-x);
    }
    // Within rounding of a zero only the zero's own expansion is exact enough.
    if let Some([root, rest, slope, curve]) = ROOTS.iter().find(|root| (x - root[0]).abs() < 1e-12) {
        let d = (x - root) - rest;
        return d * (slope + d * curve);
    }
    let (mut y, mut product) = (Dd::from(x), Dd::from(1.0));
    while y.high < HIGH {
        product = product * y;
        y = y + Dd::from(1.0);
    }
    let product = if product.high < 0.0 { -product } else { product };
    let stirling = (y - Dd::from(0.5)) * y.ln() - y + HALF_LN_2PI + series(Dd::from(1.0) / y, &LGAMMA_TERMS);
    (stirling - product.ln()).value()
}

fn digamma(x: f64) -> f64 {
    if x.is_nan() || x == f64::INFINITY {
        return x;
    }
    if x == 0.0 {
        return f64::NEG_INFINITY.copysign(-x);
    }
    if x.abs() < 1e-17 {
        return -1.0 / x;
    }
    if x == f64::NEG_INFINITY || (x < 0.0 && x.floor() == x) {
        return f64::NAN;
    }
    if x > 6.0 { digamma_plain(x) } else { digamma_exact(x) }
}

/// f64 arithmetic is enough for f32 but where the result is small beside its parts.
fn digamma_single(x: f32) -> f32 {
    let x = f64::from(x);
    if x > -1.0 && x != 0.0 {
        let y = digamma_plain(x);
        if y.abs() > 1e-3 {
            return y as f32;
        }
    }
    digamma(x) as f32
}

fn digamma_plain(mut x: f64) -> f64 {
    let mut sum = 0.0;
    while x < 16.0 {
        sum += 1.0 / x;
        x += 1.0;
    }
    let z = 1.0 / (x * x);
    let terms = DIGAMMA_TERMS[..8].iter().rev().fold(0.0, |sum, term| (sum + term.high) * z);
    libm::log(x) - 0.5 / x - terms - sum
}

fn digamma_exact(x: f64) -> f64 {
    // ψ(x) = ψ(1 − x) − π·cot πx
    if x < -20.0 {
        let one_less = Dd::from(1.0) - Dd::from(x);
        return (digamma_above(one_less) - PI_DD / tangent(x - x.round())).value();
    }
    digamma_above(Dd::from(x)).value()
}

fn digamma_above(mut y: Dd) -> Dd {
    let mut sum = Dd::from(0.0);
    while y.high < HIGH {
        sum = sum + Dd::from(1.0) / y;
        y = y + Dd::from(1.0);
    }
    let inverse = Dd::from(1.0) / y;
    y.ln() - inverse * Dd::from(0.5) - series(inverse, &DIGAMMA_TERMS) * inverse - sum
}

/// t₁·z + t₂·z³ + t₃·z⁵ + …
fn series(z: Dd, terms: &[Dd; 15]) -> Dd {
    let square = z * z;
    terms.iter().rev().fold(Dd::from(0.0), |sum, term| sum * square + *term) * z
}

/// tan πf for |f| ≤ ½, from the Taylor series of sine and cosine.
fn tangent(f: f64) -> Dd {
    let x = PI_DD * Dd::from(f);
    let z = -(x * x);
    let (mut sine, mut cosine, mut term) = (Dd::from(0.0), Dd::from(0.0), Dd::from(1.0));
    for n in 0..20 {
        cosine = cosine + term;
        let odd = term * x / Dd::from(f64::from(2 * n + 1));
        sine = sine + odd;
        term = term * z / Dd::from(f64::from((2 * n + 1) * (2 * n + 2)));
    }
    sine / cosine
}

const PI_DD: Dd = Dd::new(PI, 1.2246467991473532e-16);
const HALF_LN_2PI: Dd = Dd::new(0.9189385332046728, -3.8782941580672414e-17);

/// Zeros of ln |Γ|: the zero in two parts, the first derivative and half the second there.
const ROOTS: [[f64; 4]; 8] = [
    [-2.4570247382208006, -3.7075610815513266e-17, 1.5156034480216574, 4.8583209516339965],
    [-2.7476826467274127, 9.055340329338315e-17, -1.9143501856115988, 9.575189475709667],
    [-3.14358088834998, -2.1818179852331714e-16, 7.781884658131351, 25.831338372387957],
    [-3.955294284858598, -1.999428391746348e-17, -20.725060845803707, 251.7146825868894],
    [-4.039361839740537, 2.1143995503980602e-16, 26.790480886140593, 324.25532293784715],
    [-4.991544640560048, 1.5174411760571722e-16, -116.53578161624363, 6995.235954894064],
    [-5.0082181683225935, -4.3926353491015815e-17, 123.3621845633534, 7404.762432228682],
    [-5.998607480080875, -3.311862478893795e-16, -716.2454304275473, 257851.58963956262],
];

/// B₂ₙ / (2n·(2n − 1))
const LGAMMA_TERMS: [Dd; 15] = [
    Dd::new(0.08333333333333333, 4.625929269271485e-18),
    Dd::new(-0.002777777777777778, 1.0601087908747154e-19),
    Dd::new(0.0007936507936507937, 6.883823317368282e-22),
    Dd::new(-0.0005952380952380953, 5.36938218754726e-20),
    Dd::new(0.0008417508417508417, 3.6870174889237694e-20),
    Dd::new(-0.0019175269175269176, 1.0675702776872475e-19),
    Dd::new(0.00641025641025641, 2.2240044563805217e-19),
    Dd::new(-0.029550653594771242, 4.861760957508855e-19),
    Dd::new(0.17964437236883057, -6.401600482710946e-19),
    Dd::new(-1.3924322169059011, 1.5837056989230303e-17),
    Dd::new(13.402864044168393, -6.154114101993966e-16),
    Dd::new(-156.84828462600203, 9.391823141715389e-15),
    Dd::new(2193.1033333333335, -1.3339255626002948e-13),
    Dd::new(-36108.77125372499, 5.897583353514365e-13),
    Dd::new(691472.268851313, 2.5585296305158e-11),
];

/// B₂ₙ / 2n
const DIGAMMA_TERMS: [Dd; 15] = [
    Dd::new(0.08333333333333333, 4.625929269271485e-18),
    Dd::new(-0.008333333333333333, -1.1564823173178714e-19),
    Dd::new(0.003968253968253968, 2.20282346155785e-19),
    Dd::new(-0.004166666666666667, -5.782411586589357e-20),
    Dd::new(0.007575757575757576, -2.1026951223961299e-19),
    Dd::new(-0.021092796092796094, 1.3911677399530732e-18),
    Dd::new(0.08333333333333333, 4.625929269271485e-18),
    Dd::new(-0.4432598039215686, -2.0462934179365632e-17),
    Dd::new(3.0539543302701198, -1.0882720820608607e-17),
    Dd::new(-26.456212121212122, 7.449932926454383e-16),
    Dd::new(281.46014492753625, -1.647635329298783e-14),
    Dd::new(-3607.5105463980462, -1.5347029033579816e-13),
    Dd::new(54827.583333333336, -2.4253192047278085e-12),
    Dd::new(-974936.8238505747, -4.2284185858978625e-11),
    Dd::new(20052695.79668808, -8.878409127275055e-10),
];
