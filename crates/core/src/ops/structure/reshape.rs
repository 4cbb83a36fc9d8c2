//! `reshape`

use crate::op::{Arg, Attr, AttrKind, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::vjp::Grad;
use crate::{Code, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "reshape",
    version: 1,
    group: "shape",
    doc: "The elements of `x` in row-major order with another `shape` of the same size.",
    args: &[Arg::one("x")],
    attrs: &[Attr::required("shape", AttrKind::Dims)],
    outputs: ONE,
    infer: |cx| {
        let t = cx.input(0)?;
        let shape: Shape = cx.attrs.dims("shape")?.iter().cloned().collect();
        cx.same_dim(&t.shape.size(), &shape.size(), "size").map_err(|_| {
            let (m, n) = (t.shape.size(), shape.size());
            cx.error(Code::Shape, format!("{} has {m} elements and does not fit into {shape}, which has {n}", t.shape))
        })?;
        Ok(vec![Type::new(t.dtype, shape)])
    },
    lower: Lower::View,
    vjp: Vjp::Rule(|cx| {
        let (dy, shape) = (cx.dy(0)?, cx.x_type(0).shape);
        Ok(vec![Some(Grad::Dense(cx.reshape(dy, &shape)?))])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3, 4], -2.0, 2.0)]).dims("shape", &[4, 6]),
            sample(vec![floats(&[1], -2.0, 2.0)]).dims("shape", &[]),
            sample(vec![floats(&[0, 3], -2.0, 2.0)]).dims("shape", &[2, 0]),
            sample(vec![floats(&[2, 3], -2.0, 2.0)]).dims("shape", &[4]).refused(Code::Shape),
        ]
    },
    method: true,
};
