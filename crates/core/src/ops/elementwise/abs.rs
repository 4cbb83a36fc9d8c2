//! `abs`

use crate::DType;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};

pub static DEF: OpDef = OpDef {
    name: "abs",
    version: 1,
    group: "math",
    doc: "`|x|`; the least integer wraps to itself. The gradient at 0 is 0. As `numpy.absolute`.",
    args: &[Arg::one("x")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise,
    lower: Lower::Elementwise(|cx| {
        let x = cx.x(0);
        Ok(vec![if x.dtype().is_signed() { x.abs() } else { x }])
    }),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.1)]),
            sample(vec![values(DType::F32, &[3], &[-0.0, f64::NAN, -3.0])]).no_grad(),
            sample(vec![values(DType::I8, &[3], &[-128.0, -5.0, 3.0])]).no_grad(),
        ]
    },
    method: true,
};
