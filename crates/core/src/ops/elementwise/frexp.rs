//! `frexp`

use crate::DType;
use crate::Type;
use crate::expr::floats::{parts, scaled};
use crate::op::{Arg, Lower, OpDef, Outputs, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "frexp",
    version: 1,
    group: "math",
    doc: "`x` taken apart into a `significand` of a magnitude in [½, 1) and the `i32` `exponent` of its power of two, with \
          `x = significand · 2^exponent`. Zeros, infinities and NaN are their own significand, with exponent 0. As \
          `numpy.frexp`.",
    args: &[Arg::float("x")],
    attrs: &[],
    outputs: Outputs::Named(&["significand", "exponent"]),
    infer: |cx| {
        cx.need_dtype(0, DType::is_float, "a float dtype")?;
        let x = cx.input(0)?;
        Ok(vec![x.clone(), Type::new(DType::I32, x.shape.clone())])
    },
    lower: Lower::Elementwise(|cx| {
        let (significand, exponent) = parts(&cx.x(0));
        Ok(vec![significand, exponent])
    }),
    vjp: Vjp::Elementwise(|cx| {
        let (exponent, dy) = (cx.x(2), cx.x(3));
        Ok(vec![scaled(&dy, &-exponent)])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -3.0, 2.9)]),
            sample(vec![values(DType::F32, &[6], &[0.0, -0.0, f64::INFINITY, f64::NAN, 1e-40, -1024.0])]).no_grad(),
        ]
    },
    method: true,
};
