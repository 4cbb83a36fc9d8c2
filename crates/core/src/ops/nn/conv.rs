//! `conv`

use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::convolution::{GROUPS, carried, shape};
use crate::rules::window::{DILATIONS, PADDING, PADS, STRIDES};
use crate::{AttrValue, Code, DType, Type};

pub static DEF: OpDef = OpDef {
    name: "conv",
    version: 1,
    group: "internal",
    doc: "Convolution (correlation) of `x` `[batch, …, channels]` with `kernel` `[…, channels / groups, filters]` over any \
          number of spatial axes: what `conv1d`, `conv2d`, `conv3d` and the depthwise forms are made of. \
          `out[b, i, o] = Σ x[b, i·stride + t·dilation − pad, c]·kernel[t, c, o]`.",
    args: &[Arg::float("x"), Arg::float("kernel")],
    attrs: &[STRIDES, PADDING, PADS, DILATIONS, GROUPS],
    outputs: ONE,
    infer: |cx| {
        cx.need_dtype(0, DType::is_float, "a float type")?;
        let (x, kernel) = (cx.input(0)?, cx.input(1)?);
        let groups = cx.attrs.usize("groups")?;
        Ok(vec![Type::new(x.dtype, shape(cx, &x.shape, &kernel.shape, groups)?)])
    },
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let (x, kernel, dy) = (cx.x(0), cx.x(1), cx.dy(0)?);
        let given = carried(cx.attrs);
        let mut grads = [None, None];
        if cx.wants[0] {
            let shape = cx.shape(x);
            let mut given = given.clone();
            given.push(("shape", AttrValue::Dims(shape.dims()[1..shape.rank() - 1].into())));
            grads[0] = Some(cx.op("conv_input_grad", &[dy, kernel], &given)?);
        }
        if cx.wants[1] {
            let shape = cx.shape(kernel);
            let mut given = given;
            given.push(("shape", AttrValue::Dims(shape.dims()[..shape.rank() - 2].into())));
            grads[1] = Some(cx.op("conv_kernel_grad", &[x, dy], &given)?);
        }
        Ok(cx.dense(&grads))
    }),
    samples: || {
        let f = |s: &[usize]| floats(s, -1.0, 1.0);
        let same = || AttrValue::Enum(1);
        vec![
            sample(vec![f(&[2, 5, 3]), f(&[3, 3, 4])]),
            sample(vec![f(&[2, 5, 6, 3]), f(&[3, 2, 3, 5])]).attr("padding", same()),
            sample(vec![f(&[1, 6, 7, 4]), f(&[3, 3, 2, 6])])
                .attr("padding", same())
                .i64s("strides", &[2, 1])
                .attr("groups", 2i64.into()),
            sample(vec![f(&[1, 7, 7, 2]), f(&[2, 3, 2, 3])]).i64s("dilations", &[2]),
            sample(vec![f(&[1, 4, 5, 6, 2]), f(&[2, 2, 2, 2, 3])]).i64s("strides", &[1, 2, 2]),
            sample(vec![f(&[2, 5, 5, 3]), f(&[2, 2, 1, 6])]).attr("groups", 3i64.into()).attr("padding", same()),
            sample(vec![f(&[1, 5, 2]), f(&[3, 2, 3])]).attr("padding", AttrValue::Enum(2)).i64s("pads", &[2, 1]),
            sample(vec![f(&[2, 4, 4, 3]), f(&[1, 1, 3, 5])]),
            sample(vec![f(&[2, 5, 3]), f(&[3, 4, 4])]).refused(Code::Shape),
            sample(vec![f(&[2, 5, 3]), f(&[6, 3, 4])]).refused(Code::Shape),
            sample(vec![f(&[2, 5, 4]), f(&[3, 2, 5])]).attr("groups", 2i64.into()).refused(Code::Option),
            sample(vec![f(&[2, 5, 3]), f(&[3, 3, 4])]).i64s("pads", &[1, 1]).refused(Code::Option),
            sample(vec![f(&[2, 5, 3]), f(&[3, 3, 4])]).i64s("strides", &[0]).refused(Code::Option),
        ]
    },
    method: false,
};
