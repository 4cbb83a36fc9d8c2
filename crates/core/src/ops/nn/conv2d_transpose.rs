//! `conv2d_transpose`

use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::convolution::{TRANSPOSE_ATTRS, infer_transpose, lower_transpose};
use crate::{AttrValue, Code};

pub static DEF: OpDef = OpDef {
    name: "conv2d_transpose",
    version: 1,
    group: "nn",
    doc: "2-D transposed convolution of `x` `[batch, height, width, channels]` with `kernel` `[height, width, filters, channels]`, as Keras's \
          Conv2DTranspose without bias. Sizes: n·stride for `padding` `same`, n·stride + max(reach − stride, 0) for `valid`; with \
          `outputPadding` p they are (n − 1)·stride + reach − 2·pad + p (pad ⌊reach / 2⌋ for `same`, else 0).",
    args: &[Arg::float("x"), Arg::float("kernel")],
    attrs: TRANSPOSE_ATTRS,
    outputs: ONE,
    infer: |cx| infer_transpose(cx, 2),
    lower: Lower::Composite(lower_transpose),
    vjp: Vjp::Derived,
    samples: || {
        let f = |s: &[usize]| floats(s, -1.0, 1.0);
        vec![
            sample(vec![f(&[2, 5, 6, 3]), f(&[3, 2, 4, 3])]).i64s("strides", &[2]),
            sample(vec![f(&[2, 3, 5, 6]), f(&[3, 2, 4, 3])])
                .attr("data_format", AttrValue::Enum(1))
                .attr("padding", AttrValue::Enum(1))
                .i64s("strides", &[2]),
            sample(vec![f(&[2, 5, 6, 3]), f(&[3, 2, 4, 3])]).i64s("strides", &[2]).i64s("output_padding", &[1]),
            sample(vec![f(&[2, 5, 6, 3]), f(&[3, 2, 4, 3])]).i64s("output_padding", &[1]).refused(Code::Option),
            sample(vec![f(&[2, 3, 5, 6]), f(&[3, 2, 4, 3])]).refused(Code::Shape),
        ]
    },
    method: false,
};
