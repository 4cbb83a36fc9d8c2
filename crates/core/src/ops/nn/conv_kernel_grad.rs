//! `conv_kernel_grad`

use crate::op::{Arg, Attr, AttrKind, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::convolution::{GROUPS, carried, shape};
use crate::rules::window::{DILATIONS, PADDING, PADS, STRIDES};
use crate::{AttrValue, Code, DType, Dim, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "conv_kernel_grad",
    version: 1,
    group: "internal",
    doc: "The gradient of `conv` for its kernel, whose spatial sizes are `shape`: \
          `out[t, c, o] = Σ x[b, i·stride + t·dilation − pad, c]·dy[b, i, o]`.",
    args: &[Arg::float("x"), Arg::float("dy")],
    attrs: &[Attr::required("shape", AttrKind::Dims), STRIDES, PADDING, PADS, DILATIONS, GROUPS],
    outputs: ONE,
    infer: |cx| {
        cx.need_dtype(0, DType::is_float, "a float type")?;
        let (x, dy) = (cx.input(0)?, cx.input(1)?);
        let groups = cx.attrs.usize("groups")?;
        let rank = x.shape.rank();
        let sizes = cx.attrs.dims("shape")?;
        if rank < 3 || dy.shape.rank() != rank || sizes.len() != rank - 2 {
            let message = format!("expected x, dy and shape of one spatial rank, received {} and {}", x.shape, dy.shape);
            return Err(cx.error(Code::Shape, message));
        }
        if groups < 1 || x.shape[rank - 1].known().is_some_and(|c| c % groups != 0) {
            return Err(
                cx.error(Code::Option, format!("attribute groups: {groups} does not divide {} channels", x.shape[rank - 1]))
            );
        }
        let per_group: Dim = x.shape[rank - 1].div(groups);
        let kernel: Shape = sizes.iter().cloned().chain([per_group, dy.shape[rank - 1].clone()]).collect();
        let out = shape(cx, &x.shape, &kernel, groups)?;
        for (a, b) in out.dims().iter().zip(dy.shape.dims()) {
            cx.same_dim(a, b, "dy and the convolution's output")?;
        }
        Ok(vec![Type::new(x.dtype, kernel)])
    },
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let (x, dy, w) = (cx.x(0), cx.x(1), cx.dy(0)?);
        let given = carried(cx.attrs);
        let mut grads = [None, None];
        if cx.wants[0] {
            let shape = cx.shape(x);
            let mut given = given.clone();
            given.push(("shape", AttrValue::Dims(shape.dims()[1..shape.rank() - 1].into())));
            grads[0] = Some(cx.op("conv_input_grad", &[dy, w], &given)?);
        }
        if cx.wants[1] {
            grads[1] = Some(cx.op("conv", &[x, w], &given)?);
        }
        Ok(cx.dense(&grads))
    }),
    samples: || {
        let f = |s: &[usize]| floats(s, -1.0, 1.0);
        let same = || AttrValue::Enum(1);
        vec![
            sample(vec![f(&[2, 5, 3]), f(&[2, 3, 4])]).dims("shape", &[3]),
            sample(vec![f(&[3, 6, 7, 4]), f(&[3, 3, 7, 6])])
                .dims("shape", &[3, 3])
                .attr("padding", same())
                .i64s("strides", &[2, 1])
                .attr("groups", 2i64.into()),
            sample(vec![f(&[1, 7, 7, 2]), f(&[1, 5, 3, 3])]).dims("shape", &[2, 3]).i64s("dilations", &[2]),
            sample(vec![f(&[2, 5, 5, 3]), f(&[2, 5, 5, 6])])
                .dims("shape", &[2, 2])
                .attr("groups", 3i64.into())
                .attr("padding", same()),
            sample(vec![f(&[2, 5, 3]), f(&[2, 4, 4])]).dims("shape", &[3]).refused(Code::Shape),
        ]
    },
    method: false,
};
