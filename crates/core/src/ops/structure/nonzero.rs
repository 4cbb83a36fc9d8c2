//! `nonzero`

use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{DType, Dim, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "nonzero",
    version: 1,
    group: "index",
    doc: "The indices (i32, `[n, rank]`, in row-major order) of the elements other than 0; NaN counts. How many there are is \
          known only when running.",
    args: &[Arg::one("x")],
    attrs: &[],
    outputs: ONE,
    infer: |cx| {
        let rank = cx.input(0)?.shape.rank();
        let n = cx.fresh();
        Ok(vec![Type::new(DType::I32, Shape::from_iter([n, Dim::Known(rank)]))])
    },
    lower: Lower::Kernel,
    vjp: Vjp::None("an index is not continuous"),
    samples: || {
        vec![
            sample(vec![values(DType::F32, &[2, 3], &[0.0, 1.0, -0.0, f64::NAN, 0.0, -2.0])]).no_grad(),
            sample(vec![values(DType::Bool, &[4], &[1.0, 0.0, 1.0, 1.0])]).no_grad(),
            sample(vec![values(DType::I32, &[2, 1, 2], &[0.0, 0.0, 0.0, 0.0])]).no_grad(),
            sample(vec![floats(&[0, 3], -1.0, 1.0)]).no_grad(),
        ]
    },
    method: true,
};
