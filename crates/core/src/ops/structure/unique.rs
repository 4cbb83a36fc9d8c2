//! `unique`

use crate::op::{Arg, Lower, OpDef, Outputs, Vjp, floats, sample, values};
use crate::{DType, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "unique",
    version: 1,
    group: "index",
    doc: "The distinct elements of `x` in increasing order (NaN once, last), the place of each element of `x` among them (i32, in \
          the shape of `x`), and how often each occurs (i32). How many there are is known only when running.",
    args: &[Arg::one("x")],
    attrs: &[],
    outputs: Outputs::Named(&["values", "inverse", "counts"]),
    infer: |cx| {
        let t = cx.input(0)?;
        let n = cx.fresh();
        Ok(vec![
            Type::new(t.dtype, Shape::from_iter([n.clone()])),
            Type::new(DType::I32, t.shape.clone()),
            Type::new(DType::I32, Shape::from_iter([n])),
        ])
    },
    lower: Lower::Kernel,
    vjp: Vjp::None("the number of results changes with the elements"),
    samples: || {
        vec![
            sample(vec![values(DType::I32, &[6], &[3.0, -1.0, 3.0, 0.0, -1.0, 3.0])]).no_grad(),
            sample(vec![values(DType::F32, &[2, 3], &[f64::NAN, 0.5, -0.0, f64::NAN, 0.0, 0.5])]).no_grad(),
            sample(vec![values(DType::I64, &[3], &[5.0, 5.0, -5.0])]).no_grad(),
            sample(vec![floats(&[0], -1.0, 1.0)]).no_grad(),
        ]
    },
    method: true,
};
