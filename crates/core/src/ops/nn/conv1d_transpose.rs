//! `conv1d_transpose`

use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::convolution::{TRANSPOSE_ATTRS, infer_transpose, lower_transpose};
use crate::{AttrValue, Code};

pub static DEF: OpDef = OpDef {
    name: "conv1d_transpose",
    version: 1,
    group: "nn",
    doc: "1-D transposed convolution of `x` `[batch, width, channels]` with `kernel` `[width, filters, channels]`, as Keras's \
          Conv1DTranspose without bias. Sizes: n·stride for `padding` `same`, n·stride + max(reach − stride, 0) for `valid`; with \
          `outputPadding` p they are (n − 1)·stride + reach − 2·pad + p (pad ⌊reach / 2⌋ for `same`, else 0).",
    args: &[Arg::float("x"), Arg::float("kernel")],
    attrs: TRANSPOSE_ATTRS,
    outputs: ONE,
    infer: |cx| infer_transpose(cx, 1),
    lower: Lower::Composite(lower_transpose),
    vjp: Vjp::Derived,
    samples: || {
        let f = |s: &[usize]| floats(s, -1.0, 1.0);
        vec![
            sample(vec![f(&[2, 6, 3]), f(&[3, 4, 3])]).i64s("strides", &[2]),
            sample(vec![f(&[2, 3, 6]), f(&[3, 4, 3])])
                .attr("data_format", AttrValue::Enum(1))
                .attr("padding", AttrValue::Enum(1))
                .i64s("strides", &[2]),
            sample(vec![f(&[2, 6, 3]), f(&[3, 4, 3])]).i64s("strides", &[2]).i64s("output_padding", &[1]),
            sample(vec![f(&[2, 6, 3]), f(&[3, 4, 3])]).i64s("output_padding", &[1]).refused(Code::Option),
            sample(vec![f(&[2, 3, 6]), f(&[3, 4, 3])]).refused(Code::Shape),
        ]
    },
    method: false,
};
