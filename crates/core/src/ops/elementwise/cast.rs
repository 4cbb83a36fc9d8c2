//! `cast`

use crate::op::{Arg, Attr, AttrKind, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{DType, Type};

pub static DEF: OpDef = OpDef {
    name: "cast",
    version: 1,
    group: "math",
    doc: "`x` converted to `dtype`. Float to integer truncates and saturates (NaN gives 0), integer to integer wraps, \
          to bool is `x != 0`.",
    args: &[Arg::one("x")],
    attrs: &[Attr::required("dtype", AttrKind::DType)],
    outputs: ONE,
    infer: |cx| Ok(vec![Type::new(cx.attrs.dtype("dtype")?, cx.input(0)?.shape.clone())]),
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).cast(cx.attrs.dtype("dtype")?)])),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![floats(&[3, 2], -2.0, 2.0)]).attr("dtype", DType::F64.into()),
            sample(vec![values(DType::F32, &[6], &[2.7, -2.7, 1e10, f64::NAN, f64::INFINITY, -1e30])])
                .attr("dtype", DType::I32.into())
                .no_grad(),
            sample(vec![values(DType::I32, &[3], &[300.0, -1.0, 0.0])]).attr("dtype", DType::U8.into()).no_grad(),
            sample(vec![values(DType::F32, &[3], &[0.0, -0.5, f64::NAN])]).attr("dtype", DType::Bool.into()).no_grad(),
        ]
    },
    method: true,
};
