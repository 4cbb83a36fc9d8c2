//! `max_pool`

use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::pooling::{ATTRS, lower, shape_in_format};
use crate::{AttrValue, Code, Type};

pub static DEF: OpDef = OpDef {
    name: "max_pool",
    version: 1,
    group: "nn",
    doc: "Maximum over windows of `poolSize` (one number, or one a spatial axis) of `x` `[batch, …, channels]` with 1 to 3 \
          spatial axes; `strides` default to the pool. Padding never wins. The gradient goes to the first maximum of each window. `padding` is `valid`, `same` \
          (TensorFlow's) or `explicit` with `pads`; `dataFormat` `channels_first` takes and gives `[batch, channels, …]`.",
    args: &[Arg::float("x")],
    attrs: ATTRS,
    outputs: ONE,
    infer: |cx| {
        let t = cx.input(0)?;
        Ok(vec![Type::new(t.dtype, shape_in_format(cx, &t.shape)?)])
    },
    lower: Lower::Composite(|b, inputs, attrs| lower(b, inputs, attrs, "pool_max")),
    vjp: Vjp::Derived,
    samples: || {
        let f = |s: &[usize]| floats(s, -1.0, 1.0);
        vec![
            sample(vec![f(&[2, 4, 6, 3])]).i64s("pool_size", &[2]),
            sample(vec![f(&[2, 3, 5, 4])])
                .i64s("pool_size", &[3, 2])
                .i64s("strides", &[2, 1])
                .attr("padding", AttrValue::Enum(1))
                .attr("data_format", AttrValue::Enum(1)),
            sample(vec![f(&[2, 7, 3])]).i64s("pool_size", &[3]).i64s("strides", &[2]),
            sample(vec![f(&[1, 4, 4, 4, 2])]).i64s("pool_size", &[2]),
            sample(vec![f(&[2, 3, 3])]).i64s("pool_size", &[4]).refused(Code::Shape),
            sample(vec![f(&[2, 3])]).i64s("pool_size", &[2]).refused(Code::Shape),
            sample(vec![f(&[2, 3, 3])]).i64s("pool_size", &[0]).refused(Code::Option),
        ]
    },
    method: false,
};
