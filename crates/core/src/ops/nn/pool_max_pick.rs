//! `pool_max_pick`

use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::pooling::{PLAIN_ATTRS, carried, shape};
use crate::{AttrValue, Code, DType, Type};

pub static DEF: OpDef = OpDef {
    name: "pool_max_pick",
    version: 1,
    group: "internal",
    doc: "For each window of `x` the element of `u` at the place of the window's first maximum: the gradient of \
          `pool_max_grad` for `dy`.",
    args: &[Arg::float("x"), Arg::float("u")],
    attrs: PLAIN_ATTRS,
    outputs: ONE,
    infer: |cx| {
        cx.need_dtype(0, DType::is_float, "a float type")?;
        let (x, u) = (cx.input(0)?, cx.input(1)?);
        if x.shape.rank() != u.shape.rank() {
            return Err(cx.error(Code::Shape, format!("expected u of the shape of x {}, received {}", x.shape, u.shape)));
        }
        for (a, b) in x.shape.dims().iter().zip(u.shape.dims()) {
            cx.same_dim(a, b, "x and u")?;
        }
        Ok(vec![Type::new(x.dtype, shape(cx, &x.shape)?)])
    },
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let (x, d) = (cx.x(0), cx.dy(0)?);
        let given = carried(cx.attrs);
        let u = cx.op("pool_max_grad", &[x, d], &given)?;
        Ok(cx.dense(&[None, Some(u)]))
    }),
    samples: || {
        let f = |s: &[usize]| floats(s, -1.0, 1.0);
        vec![
            sample(vec![f(&[2, 4, 6, 3]), f(&[2, 4, 6, 3])]).i64s("pool_size", &[2]),
            sample(vec![f(&[2, 5, 4, 3]), f(&[2, 5, 4, 3])])
                .i64s("pool_size", &[3, 2])
                .i64s("strides", &[2, 1])
                .attr("padding", AttrValue::Enum(1)),
            sample(vec![f(&[2, 5, 3]), f(&[2, 4, 3])]).i64s("pool_size", &[2]).refused(Code::Shape),
        ]
    },
    method: false,
};
