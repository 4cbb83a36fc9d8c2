//! `pool_max_grad`

use crate::infer::Infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::pooling::{PLAIN_ATTRS, carried, shape};
use crate::{AttrValue, Code, DType, Result};

pub static DEF: OpDef = OpDef {
    name: "pool_max_grad",
    version: 1,
    group: "internal",
    doc: "The gradient of `pool_max`: each element of `dy` goes to the first maximum of its window of `x`.",
    args: &[Arg::float("x"), Arg::float("dy")],
    attrs: PLAIN_ATTRS,
    outputs: ONE,
    infer: |cx| {
        check(cx)?;
        Ok(vec![cx.input(0)?.clone()])
    },
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        // The places of the maxima do not move: x has no gradient.
        let (x, u) = (cx.x(0), cx.dy(0)?);
        let given = carried(cx.attrs);
        let d = cx.op("pool_max_pick", &[x, u], &given)?;
        Ok(cx.dense(&[None, Some(d)]))
    }),
    samples: || {
        let f = |s: &[usize]| floats(s, -1.0, 1.0);
        vec![
            sample(vec![f(&[2, 4, 6, 3]), f(&[2, 2, 3, 3])]).i64s("pool_size", &[2]),
            sample(vec![f(&[2, 5, 4, 3]), f(&[2, 3, 4, 3])])
                .i64s("pool_size", &[3, 2])
                .i64s("strides", &[2, 1])
                .attr("padding", AttrValue::Enum(1)),
            sample(vec![f(&[2, 7, 3]), f(&[2, 3, 3])]).i64s("pool_size", &[3]).refused(Code::Shape),
        ]
    },
    method: false,
};

/// Refuses a second input that does not have the shape of the pool of the first.
pub(super) fn check(cx: &mut Infer<'_>) -> Result<()> {
    cx.need_dtype(0, DType::is_float, "a float type")?;
    let (x, other) = (cx.input(0)?, cx.input(1)?);
    let (a, b) = (shape(cx, &x.shape)?, other.shape.clone());
    if a.rank() != b.rank() {
        return Err(cx.error(Code::Shape, format!("expected the pool's shape {a}, received {b}")));
    }
    for (a, b) in a.dims().iter().zip(b.dims()) {
        cx.same_dim(a, b, "the pool and its gradient")?;
    }
    Ok(())
}
