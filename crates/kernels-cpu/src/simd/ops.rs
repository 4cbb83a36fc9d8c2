//! The functions of [`math`](super::math) as types, for loops that take the function as a parameter.

use super::math;
use super::vector::{Double, Single, Vector};

/// A function of one float.
pub trait Unary: 'static {
    /// On a vector of f32.
    fn single<V: Single>(x: V) -> V;
    /// On a vector of f64.
    fn double<V: Double>(x: V) -> V;
}

/// A function of two floats.
pub trait Binary: 'static {
    /// On vectors of f32.
    fn single<V: Single>(x: V, y: V) -> V;
    /// On vectors of f64.
    fn double<V: Double>(x: V, y: V) -> V;
}

/// One type a function, calling the f32 and the f64 form.
macro_rules! functions {
    ($($trait:ident $name:ident ($($arg:ident),+) $single:expr, $double:expr;)+) => { $(
        #[doc = concat!("`", stringify!($single), "` and its f64 form.")]
        pub enum $name {}

        impl $trait for $name {
            #[inline(always)]
            fn single<V: Single>($($arg: V),+) -> V {
                $single($($arg),+)
            }

            #[inline(always)]
            fn double<V: Double>($($arg: V),+) -> V {
                $double($($arg),+)
            }
        }
    )+ };
}

functions! {
    Unary Exp(x) math::exp_f32, math::exp_f64;
    Unary Exp2(x) math::exp2_f32, math::exp2_f64;
    Unary Expm1(x) math::expm1_f32, math::expm1_f64;
    Unary Log(x) math::log_f32, math::log_f64;
    Unary Log2(x) math::log2_f32, math::log2_f64;
    Unary Log1p(x) math::log1p_f32, math::log1p_f64;
    Unary Sqrt(x) Vector::sqrt, Vector::sqrt;
    Unary Sin(x) math::sin_f32, math::sin_f64;
    Unary Cos(x) math::cos_f32, math::cos_f64;
    Unary Tan(x) math::tan_f32, math::tan_f64;
    Unary Asin(x) math::asin_f32, math::asin_f64;
    Unary Acos(x) math::acos_f32, math::acos_f64;
    Unary Atan(x) math::atan_f32, math::atan_f64;
    Unary Sinh(x) math::sinh_f32, math::sinh_f64;
    Unary Cosh(x) math::cosh_f32, math::cosh_f64;
    Unary Tanh(x) math::tanh_f32, math::tanh_f64;
    Unary Asinh(x) math::asinh_f32, math::asinh_f64;
    Unary Acosh(x) math::acosh_f32, math::acosh_f64;
    Unary Atanh(x) math::atanh_f32, math::atanh_f64;
    Unary Sigmoid(x) math::sigmoid_f32, math::sigmoid_f64;
    Unary Erf(x) math::erf_f32, math::erf_f64;
    Unary Erfc(x) math::erfc_f32, math::erfc_f64;
    Unary Erfinv(x) math::erfinv_f32, math::erfinv_f64;
    Unary Lgamma(x) math::lgamma_f32, math::lgamma_f64;
    Unary Digamma(x) math::digamma_f32, math::digamma_f64;
    Unary Floor(x) Vector::floor, Vector::floor;
    Unary Ceil(x) Vector::ceil, Vector::ceil;
    Unary Trunc(x) Vector::trunc, Vector::trunc;
    Unary Round(x) Vector::round_even, Vector::round_even;
    Unary Neg(x) std::ops::Neg::neg, std::ops::Neg::neg;
    Unary Abs(x) Vector::abs, Vector::abs;
    Binary Add(x, y) std::ops::Add::add, std::ops::Add::add;
    Binary Sub(x, y) std::ops::Sub::sub, std::ops::Sub::sub;
    Binary Mul(x, y) std::ops::Mul::mul, std::ops::Mul::mul;
    Binary Div(x, y) std::ops::Div::div, std::ops::Div::div;
    Binary Min(x, y) math::least, math::least;
    Binary Max(x, y) math::greatest, math::greatest;
    Binary Rem(x, y) math::rem_f32, math::rem_f64;
    Binary FloorDiv(x, y) math::floor_div_f32, math::floor_div_f64;
    Binary Mod(x, y) math::modulo_f32, math::modulo_f64;
    Binary Pow(x, y) math::pow_f32, math::pow_f64;
    Binary Atan2(x, y) math::atan2_f32, math::atan2_f64;
}

/// Rounding of f32 to f16; f64 has no such form and stays.
pub(crate) enum RoundF16 {}

impl Unary for RoundF16 {
    #[inline(always)]
    fn single<V: Single>(x: V) -> V {
        math::round_f16(x)
    }

    #[inline(always)]
    fn double<V: Double>(x: V) -> V {
        x
    }
}

/// Rounding of f32 to bf16; f64 has no such form and stays.
pub(crate) enum RoundBf16 {}

impl Unary for RoundBf16 {
    #[inline(always)]
    fn single<V: Single>(x: V) -> V {
        math::round_bf16(x)
    }

    #[inline(always)]
    fn double<V: Double>(x: V) -> V {
        x
    }
}
