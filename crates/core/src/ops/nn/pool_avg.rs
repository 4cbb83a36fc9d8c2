//! `pool_avg`

use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::pooling::{PLAIN_ATTRS, carried, shape};
use crate::{AttrValue, DType, Type};

pub static DEF: OpDef = OpDef {
    name: "pool_avg",
    version: 1,
    group: "internal",
    doc: "Mean over windows of channels-last `x`, padding not counted: what `avgPool` is made of.",
    args: &[Arg::one("x")],
    attrs: PLAIN_ATTRS,
    outputs: ONE,
    infer: |cx| {
        cx.need_dtype(0, DType::is_float, "a float type")?;
        let t = cx.input(0)?;
        Ok(vec![Type::new(t.dtype, shape(cx, &t.shape)?)])
    },
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let dy = cx.dy(0)?;
        let shape = cx.x_type(0).shape;
        let mut given = carried(cx.attrs);
        given.push(("shape", AttrValue::Dims(shape.dims()[1..shape.rank() - 1].into())));
        let dx = cx.op("pool_avg_grad", &[dy], &given)?;
        Ok(cx.dense(&[Some(dx)]))
    }),
    samples: || {
        let f = |s: &[usize]| floats(s, -1.0, 1.0);
        vec![
            sample(vec![f(&[2, 4, 6, 3])]).i64s("pool_size", &[2]),
            sample(vec![f(&[2, 5, 4, 3])])
                .i64s("pool_size", &[3, 2])
                .i64s("strides", &[2, 1])
                .attr("padding", AttrValue::Enum(1)),
            sample(vec![f(&[2, 7, 19])]).i64s("pool_size", &[3]).i64s("strides", &[2]),
            sample(vec![f(&[1, 4, 3, 4, 2])]).i64s("pool_size", &[2]).i64s("strides", &[1]),
            sample(vec![f(&[2, 7, 3])]).i64s("pool_size", &[3]).attr("padding", AttrValue::Enum(2)).i64s("pads", &[1, 2]),
        ]
    },
    method: false,
};
