//! `sum`

use crate::infer::{self, normalize_axes};
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::vjp::Grad;
use crate::{DType, Dim, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "sum",
    version: 1,
    group: "reduce",
    doc: "Sum over `axis` (an axis, several, or all when absent). Bools and integers narrower than 32 bits sum in i32 (u32).",
    args: &[Arg::one("x")],
    attrs: &[
        Attr::optional("axis", AttrKind::I64s, Default::Absent),
        Attr::optional("keepdims", AttrKind::Bool, Default::Bool(false)),
    ],
    outputs: ONE,
    infer: |cx| {
        let t = cx.input(0)?;
        let dtype = match t.dtype {
            DType::Bool | DType::I8 | DType::I16 => DType::I32,
            DType::U8 | DType::U16 => DType::U32,
            d => d,
        };
        Ok(vec![Type::new(dtype, infer::reduced_shape(cx, &t.shape)?)])
    },
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let t = cx.x_type(0);
        let axes = normalize_axes(cx.attrs, "axis", t.shape.rank())?;
        let kept: Shape =
            t.shape.dims().iter().enumerate().map(|(i, d)| if axes.contains(&i) { Dim::Known(1) } else { d.clone() }).collect();
        let dy = cx.dy(0)?;
        let dy = cx.reshape(dy, &kept)?;
        Ok(vec![Some(Grad::Dense(cx.broadcast_to(dy, &t.shape)?))])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3, 4], -2.0, 2.0)]),
            sample(vec![floats(&[2, 3, 4], -2.0, 2.0)]).i64s("axis", &[1]),
            sample(vec![floats(&[2, 3, 4], -2.0, 2.0)]).i64s("axis", &[-1, 0]).attr("keepdims", true.into()),
            sample(vec![floats(&[2, 3], -2.0, 2.0)]).i64s("axis", &[2]).refused(crate::Code::Shape),
        ]
    },
    method: true,
};
