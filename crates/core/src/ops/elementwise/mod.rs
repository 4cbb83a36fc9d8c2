//! Ops whose every output element is a formula of the matching input elements.

use crate::OpDef;

mod abs;
mod acos;
mod acosh;
mod add;
mod asin;
mod asinh;
mod atan;
mod atan2;
mod atanh;
mod bitcast;
mod bitwise_and;
mod bitwise_count;
mod bitwise_not;
mod bitwise_or;
mod bitwise_xor;
mod cast;
mod cbrt;
mod ceil;
mod celu;
mod clip;
mod copysign;
mod cos;
mod cosh;
mod deg2rad;
mod digamma;
mod div;
mod div_no_nan;
mod divmod;
mod elu;
mod equal;
mod erf;
mod erfc;
mod erfinv;
mod exp;
mod exp2;
mod expm1;
mod exponential;
mod float_power;
mod floor;
mod floor_divide;
mod fmax;
mod fmin;
mod fmod;
mod frexp;
mod gcd;
mod gelu;
mod greater;
mod greater_equal;
mod hard_shrink;
mod hard_sigmoid;
mod hard_silu;
mod hard_tanh;
mod heaviside;
mod hypot;
mod identity;
mod isclose;
mod isfinite;
mod isinf;
mod isnan;
mod isneginf;
mod isposinf;
mod lcm;
mod ldexp;
mod leaky_relu;
mod left_shift;
mod less;
mod less_equal;
mod lgamma;
mod log;
mod log10;
mod log1p;
mod log2;
mod log_sigmoid;
mod logaddexp;
mod logaddexp2;
mod logical_and;
mod logical_not;
mod logical_or;
mod logical_xor;
mod maximum;
mod minimum;
mod mish;
mod modf;
mod mul;
mod nan_to_num;
mod neg;
mod nextafter;
mod not_equal;
mod pow;
mod prelu;
mod rad2deg;
mod reciprocal;
mod relu;
mod relu6;
mod remainder;
mod right_shift;
mod rint;
mod round;
mod rsqrt;
mod selu;
mod sigmoid;
mod sign;
mod signbit;
mod silu;
mod sin;
mod sinc;
mod sinh;
mod soft_shrink;
mod softplus;
mod softsign;
mod spacing;
mod sparse_plus;
mod sparse_sigmoid;
mod sqrt;
mod square;
mod squared_difference;
mod squareplus;
mod stop_gradient;
mod sub;
mod tan;
mod tanh;
mod tanh_shrink;
mod threshold;
mod trunc;
mod trunc_divide;
mod r#where;
mod xdivy;
mod xlogy;

/// The ops of this group.
pub(super) const LIST: &[&OpDef] = &[
    &abs::DEF,
    &acos::DEF,
    &acosh::DEF,
    &add::DEF,
    &asin::DEF,
    &asinh::DEF,
    &atan::DEF,
    &atan2::DEF,
    &atanh::DEF,
    &bitcast::DEF,
    &bitwise_and::DEF,
    &bitwise_count::DEF,
    &bitwise_not::DEF,
    &bitwise_or::DEF,
    &bitwise_xor::DEF,
    &cast::DEF,
    &cbrt::DEF,
    &ceil::DEF,
    &celu::DEF,
    &clip::DEF,
    &copysign::DEF,
    &cos::DEF,
    &cosh::DEF,
    &deg2rad::DEF,
    &digamma::DEF,
    &div::DEF,
    &div_no_nan::DEF,
    &divmod::DEF,
    &elu::DEF,
    &equal::DEF,
    &erf::DEF,
    &erfc::DEF,
    &erfinv::DEF,
    &exp::DEF,
    &exp2::DEF,
    &expm1::DEF,
    &exponential::DEF,
    &float_power::DEF,
    &floor::DEF,
    &floor_divide::DEF,
    &fmax::DEF,
    &fmin::DEF,
    &fmod::DEF,
    &frexp::DEF,
    &gcd::DEF,
    &gelu::DEF,
    &greater::DEF,
    &greater_equal::DEF,
    &hard_shrink::DEF,
    &hard_sigmoid::DEF,
    &hard_silu::DEF,
    &hard_tanh::DEF,
    &heaviside::DEF,
    &hypot::DEF,
    &identity::DEF,
    &isclose::DEF,
    &isfinite::DEF,
    &isinf::DEF,
    &isnan::DEF,
    &isneginf::DEF,
    &isposinf::DEF,
    &lcm::DEF,
    &ldexp::DEF,
    &leaky_relu::DEF,
    &left_shift::DEF,
    &less::DEF,
    &less_equal::DEF,
    &lgamma::DEF,
    &log::DEF,
    &log10::DEF,
    &log1p::DEF,
    &log2::DEF,
    &log_sigmoid::DEF,
    &logaddexp::DEF,
    &logaddexp2::DEF,
    &logical_and::DEF,
    &logical_not::DEF,
    &logical_or::DEF,
    &logical_xor::DEF,
    &maximum::DEF,
    &minimum::DEF,
    &mish::DEF,
    &modf::DEF,
    &mul::DEF,
    &nan_to_num::DEF,
    &neg::DEF,
    &nextafter::DEF,
    &not_equal::DEF,
    &pow::DEF,
    &prelu::DEF,
    &rad2deg::DEF,
    &reciprocal::DEF,
    &relu::DEF,
    &relu6::DEF,
    &remainder::DEF,
    &right_shift::DEF,
    &rint::DEF,
    &round::DEF,
    &rsqrt::DEF,
    &selu::DEF,
    &sigmoid::DEF,
    &sign::DEF,
    &signbit::DEF,
    &silu::DEF,
    &sin::DEF,
    &sinc::DEF,
    &sinh::DEF,
    &soft_shrink::DEF,
    &softplus::DEF,
    &softsign::DEF,
    &spacing::DEF,
    &sparse_plus::DEF,
    &sparse_sigmoid::DEF,
    &sqrt::DEF,
    &square::DEF,
    &squared_difference::DEF,
    &squareplus::DEF,
    &stop_gradient::DEF,
    &sub::DEF,
    &tan::DEF,
    &tanh::DEF,
    &tanh_shrink::DEF,
    &threshold::DEF,
    &trunc::DEF,
    &trunc_divide::DEF,
    &r#where::DEF,
    &xdivy::DEF,
    &xlogy::DEF,
];
