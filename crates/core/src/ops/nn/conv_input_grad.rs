//! `conv_input_grad`

use crate::op::{Arg, Attr, AttrKind, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::convolution::{GROUPS, carried, shape};
use crate::rules::window::{DILATIONS, PADDING, PADS, STRIDES};
use crate::{AttrValue, Code, DType, Type};

pub static DEF: OpDef = OpDef {
    name: "conv_input_grad",
    version: 1,
    group: "internal",
    doc: "The gradient of `conv` for its input: every element of `dy` `[batch, …, filters]` spreads `kernel` over an `x` with \
          spatial sizes `shape`. Also what transposed convolutions are made of.",
    args: &[Arg::float("dy"), Arg::float("kernel")],
    attrs: &[Attr::required("shape", AttrKind::Dims), STRIDES, PADDING, PADS, DILATIONS, GROUPS],
    outputs: ONE,
    infer: |cx| {
        cx.need_dtype(0, DType::is_float, "a float type")?;
        let (dy, kernel) = (cx.input(0)?, cx.input(1)?);
        let groups = cx.attrs.usize("groups")?;
        let rank = dy.shape.rank();
        let sizes = cx.attrs.dims("shape")?;
        if rank < 3 || kernel.shape.rank() != rank || sizes.len() != rank - 2 {
            let message =
                format!("expected dy, kernel and shape of one spatial rank, received {} and {}", dy.shape, kernel.shape);
            return Err(cx.error(Code::Shape, message));
        }
        let channels = kernel.shape[rank - 2].mul(groups);
        let x = std::iter::once(dy.shape[0].clone()).chain(sizes.iter().cloned()).chain([channels]).collect();
        let out = shape(cx, &x, &kernel.shape, groups)?;
        for (a, b) in out.dims().iter().zip(dy.shape.dims()) {
            cx.same_dim(a, b, "dy and the convolution's output")?;
        }
        Ok(vec![Type::new(dy.dtype, x)])
    },
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let (dy, kernel, u) = (cx.x(0), cx.x(1), cx.dy(0)?);
        let given = carried(cx.attrs);
        let mut grads = [None, None];
        if cx.wants[0] {
            grads[0] = Some(cx.op("conv", &[u, kernel], &given)?);
        }
        if cx.wants[1] {
            let shape = cx.shape(kernel);
            let mut given = given;
            given.push(("shape", AttrValue::Dims(shape.dims()[..shape.rank() - 2].into())));
            grads[1] = Some(cx.op("conv_kernel_grad", &[u, dy], &given)?);
        }
        Ok(cx.dense(&grads))
    }),
    samples: || {
        let f = |s: &[usize]| floats(s, -1.0, 1.0);
        let same = || AttrValue::Enum(1);
        vec![
            sample(vec![f(&[2, 3, 4]), f(&[3, 3, 4])]).dims("shape", &[5]),
            sample(vec![f(&[1, 3, 7, 6]), f(&[3, 3, 2, 6])])
                .dims("shape", &[6, 7])
                .attr("padding", same())
                .i64s("strides", &[2, 1])
                .attr("groups", 2i64.into()),
            sample(vec![f(&[1, 5, 3, 3]), f(&[2, 3, 2, 3])]).dims("shape", &[7, 7]).i64s("dilations", &[2]),
            sample(vec![f(&[2, 5, 5, 6]), f(&[2, 2, 1, 6])])
                .dims("shape", &[5, 5])
                .attr("groups", 3i64.into())
                .attr("padding", same()),
            sample(vec![f(&[2, 2, 2, 5]), f(&[1, 1, 3, 5])]).dims("shape", &[4, 4]).i64s("strides", &[2]),
            sample(vec![f(&[2, 4, 4]), f(&[3, 3, 4])]).dims("shape", &[5]).refused(Code::Shape),
        ]
    },
    method: false,
};
