//! The error function, its complement and its inverse.

use super::super::vector::{Double, Single, Vector};
use super::{poly, wide};

/// erf(a)/a in u = a²/8 − 1, for a in 0 ..= 4, to about 1e-12
const E: [f64; 22] = [
    0.35353099564409746,
    -0.17657623330158756,
    0.13167511672717516,
    -0.10771044247615774,
    0.09020900079987182,
    -0.0747278678383607,
    0.0598868010406377,
    -0.04576507787849921,
    0.03306145939747024,
    -0.022473827344932043,
    0.014345773496301898,
    -0.008605022613664765,
    0.004864544485112429,
    -0.0025816672387885308,
    0.0012724411639804154,
    -0.000606629705621115,
    0.0002990814426379683,
    -0.00012508945346589517,
    3.11212894080648e-05,
    -1.3260380926920112e-05,
    1.3246133141674834e-05,
    -4.467242670949824e-06,
];

/// erf x in f32.
#[inline(always)]
pub fn erf_f32<V: Single>(x: V) -> V {
    wide!(x, |x| {
        let a = x.of(4.0).min(x.abs());
        let u = (a * a).mul_add(x.of(0.125), x.of(-1.0));
        (a * poly(u, &E)).copysign(x)
    })
}

/// erf x in f64.
#[inline(always)]
pub fn erf_f64<V: Double>(x: V) -> V {
    x.each(libm::erf)
}

/// 1 − erf x in f32.
#[inline(always)]
pub fn erfc_f32<V: Single>(x: V) -> V {
    x.each(|x| libm::erfc(f64::from(x)) as f32)
}

/// 1 − erf x in f64.
#[inline(always)]
pub fn erfc_f64<V: Double>(x: V) -> V {
    x.each(libm::erfc)
}

/// Inverse of erf in f32; ±∞ at ±1, NaN beyond.
#[inline(always)]
pub fn erfinv_f32<V: Single>(x: V) -> V {
    x.each(|x| inverse(f64::from(x)) as f32)
}

/// Inverse of erf in f64; ±∞ at ±1, NaN beyond.
#[inline(always)]
pub fn erfinv_f64<V: Double>(x: V) -> V {
    x.each(inverse)
}

/// The normal quantile of (x + 1)/2 over √2, by the rational functions of Wichura's algorithm AS 241
/// (Applied Statistics 37, 1988), which take the distances x/2 and (1 − |x|)/2 directly.
fn inverse(x: f64) -> f64 {
    let q = 0.5 * x;
    if q.abs() <= 0.425 {
        let r = 0.180625 - q * q;
        return q * ratio(r, &CENTRE_TOP, &CENTRE_BOTTOM) * std::f64::consts::FRAC_1_SQRT_2;
    }
    let tail = 0.5 * (1.0 - x.abs());
    if tail <= 0.0 || tail.is_nan() {
        return if tail == 0.0 { f64::INFINITY.copysign(x) } else { f64::NAN };
    }
    let r = (-libm::log(tail)).sqrt();
    let z = if r <= 5.0 { ratio(r - 1.6, &MIDDLE_TOP, &MIDDLE_BOTTOM) } else { ratio(r - 5.0, &FAR_TOP, &FAR_BOTTOM) };
    (z * std::f64::consts::FRAC_1_SQRT_2).copysign(x)
}

fn ratio(x: f64, top: &[f64; 8], bottom: &[f64; 8]) -> f64 {
    let horner = |c: &[f64; 8]| c.iter().rev().fold(0.0, |sum, c| sum * x + c);
    horner(top) / horner(bottom)
}

const CENTRE_TOP: [f64; 8] = [
    3.387_132_872_796_366_5,
    133.141_667_891_784_38,
    1_971.590_950_306_551_3,
    13_731.693_765_509_46,
    45_921.953_931_549_87,
    67_265.770_927_008_7,
    33_430.575_583_588_13,
    2_509.080_928_730_122_7,
];
const CENTRE_BOTTOM: [f64; 8] = [
    1.0,
    42.313_330_701_600_91,
    687.187_007_492_057_9,
    5_394.196_021_424_751,
    21_213.794_301_586_597,
    39_307.895_800_092_71,
    28_729.085_735_721_943,
    5_226.495_278_852_854,
];
const MIDDLE_TOP: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    0.241_780_725_177_450_6,
    0.022_723_844_989_269_184,
    7.745_450_142_783_414e-4,
];
const MIDDLE_BOTTOM: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    0.689_767_334_985_1,
    0.148_103_976_427_480_08,
    0.015_198_666_563_616_457,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const FAR_TOP: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    0.296_560_571_828_504_87,
    0.026_532_189_526_576_124,
    0.001_242_660_947_388_078_4,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const FAR_BOTTOM: [f64; 8] = [
    1.0,
    0.599_832_206_555_888,
    0.136_929_880_922_735_8,
    0.014_875_361_290_850_615,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_7e-15,
];
