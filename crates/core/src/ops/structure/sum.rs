//! `sum`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::reduce::{self, sum_dtype};
use crate::vjp::Grad;
use crate::{Code, DType, Type};

pub static DEF: OpDef = OpDef {
    name: "sum",
    version: 1,
    group: "reduce",
    doc: "Sum over `axis` (an axis, several, or all when absent); over nothing it is 0. Bools and integers narrower than 32 bits \
          sum in i32 (u32); f16 and bf16 accumulate in f32.",
    args: &[Arg::one("x")],
    attrs: reduce::ATTRS,
    outputs: ONE,
    infer: |cx| {
        let t = cx.input(0)?;
        Ok(vec![Type::new(sum_dtype(t.dtype), infer::reduced_shape(cx, &t.shape)?)])
    },
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let dy = cx.dy(0)?;
        Ok(vec![Some(Grad::Dense(reduce::spread(cx, dy)?))])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3, 4], -2.0, 2.0)]),
            sample(vec![floats(&[2, 3, 4], -2.0, 2.0)]).i64s("axis", &[1]),
            sample(vec![floats(&[2, 3, 4], -2.0, 2.0)]).i64s("axis", &[-1, 0]).attr("keepdims", true.into()),
            sample(vec![floats(&[0, 3], -2.0, 2.0)]).i64s("axis", &[0]),
            sample(vec![floats(&[], -2.0, 2.0)]),
            sample(vec![crate::op::values(DType::Bool, &[3], &[1.0, 0.0, 1.0])]).no_grad(),
            sample(vec![crate::op::values(DType::I8, &[3], &[127.0, 127.0, 1.0])]).no_grad(),
            sample(vec![floats(&[2, 3], -2.0, 2.0)]).i64s("axis", &[2]).refused(Code::Shape),
        ]
    },
    method: true,
};
