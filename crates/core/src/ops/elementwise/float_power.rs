//! `float_power`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "float_power",
    version: 1,
    group: "math",
    doc: "`a` raised to `b` as `pow` does, with integers and bools converted to f32 first, so that negative exponents give \
          fractions. As `numpy.float_power`, in the dtypes of this package.",
    args: &[Arg::float("a"), Arg::float("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).pow(&cx.x(1))])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], 0.5, 2.0), floats(&[2, 3], -2.0, 2.0)]),
            sample(vec![values(DType::I32, &[4], &[2.0, -2.0, 0.0, 3.0]), values(DType::I32, &[4], &[-1.0, 3.0, -1.0, 0.0])])
                .no_grad(),
            sample(vec![floats(&[2, 3], 0.5, 2.0), floats(&[4], 0.5, 1.0)]).refused(Code::Shape),
        ]
    },
    method: true,
};
