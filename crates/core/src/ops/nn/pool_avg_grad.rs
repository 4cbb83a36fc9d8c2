//! `pool_avg_grad`

use crate::op::{Arg, Attr, AttrKind, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::pooling::{POOL_SIZE, STRIDES, carried, shape};
use crate::rules::window::{PADDING, PADS};
use crate::{AttrValue, Code, DType, Type};

pub static DEF: OpDef = OpDef {
    name: "pool_avg_grad",
    version: 1,
    group: "internal",
    doc: "The gradient of `pool_avg` over an `x` with spatial sizes `shape`: each element of `dy`, divided by its window's \
          count, goes to the window's elements.",
    args: &[Arg::float("dy")],
    attrs: &[Attr::required("shape", AttrKind::Dims), POOL_SIZE, STRIDES, PADDING, PADS],
    outputs: ONE,
    infer: |cx| {
        cx.need_dtype(0, DType::is_float, "a float type")?;
        let dy = cx.input(0)?;
        let sizes = cx.attrs.dims("shape")?;
        let rank = dy.shape.rank();
        if rank != sizes.len() + 2 {
            return Err(cx.error(Code::Shape, format!("expected dy of rank {}, received {}", sizes.len() + 2, dy.shape)));
        }
        let mut x = dy.shape.clone();
        x.0[1..rank - 1].clone_from_slice(sizes);
        let out = shape(cx, &x)?;
        for (a, b) in out.dims().iter().zip(dy.shape.dims()) {
            cx.same_dim(a, b, "the pool and its gradient")?;
        }
        Ok(vec![Type::new(dy.dtype, x)])
    },
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let u = cx.dy(0)?;
        let given = carried(cx.attrs);
        let d = cx.op("pool_avg", &[u], &given)?;
        Ok(cx.dense(&[Some(d)]))
    }),
    samples: || {
        let f = |s: &[usize]| floats(s, -1.0, 1.0);
        vec![
            sample(vec![f(&[2, 2, 3, 3])]).i64s("pool_size", &[2]).dims("shape", &[4, 6]),
            sample(vec![f(&[2, 3, 4, 3])])
                .i64s("pool_size", &[3, 2])
                .i64s("strides", &[2, 1])
                .attr("padding", AttrValue::Enum(1))
                .dims("shape", &[5, 4]),
            sample(vec![f(&[2, 3, 3])]).i64s("pool_size", &[3]).dims("shape", &[7]).refused(Code::Shape),
        ]
    },
    method: false,
};
