//! `depthwise_conv1d`

use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::convolution::{DEPTHWISE_ATTRS, infer_depthwise, lower_depthwise};
use crate::{AttrValue, Code};

pub static DEF: OpDef = OpDef {
    name: "depthwise_conv1d",
    version: 1,
    group: "nn",
    doc: "1-D convolution of each channel of `x` `[batch, width, channels]` on its own with `kernel` \
          `[width, channels, multiplier]`, as Keras's DepthwiseConv1D without bias: output channel c·multiplier + m. Options as \
          in `conv1d`. The number of channels must be known.",
    args: &[Arg::float("x"), Arg::float("kernel")],
    attrs: DEPTHWISE_ATTRS,
    outputs: ONE,
    infer: |cx| infer_depthwise(cx, 1),
    lower: Lower::Composite(lower_depthwise),
    vjp: Vjp::Derived,
    samples: || {
        let f = |s: &[usize]| floats(s, -1.0, 1.0);
        vec![
            sample(vec![f(&[2, 6, 3]), f(&[3, 3, 2])]),
            sample(vec![f(&[2, 3, 6]), f(&[3, 3, 2])])
                .attr("data_format", AttrValue::Enum(1))
                .attr("padding", AttrValue::Enum(1))
                .i64s("strides", &[2]),
            sample(vec![f(&[2, 6, 3]), f(&[3, 2, 2])]).refused(Code::Shape),
        ]
    },
    method: false,
};
