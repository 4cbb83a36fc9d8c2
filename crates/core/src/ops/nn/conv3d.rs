//! `conv3d`

use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::convolution::{ATTRS, infer, lower};
use crate::{AttrValue, Code};

pub static DEF: OpDef = OpDef {
    name: "conv3d",
    version: 1,
    group: "nn",
    doc: "3-D convolution (correlation) of `x` `[batch, depth, height, width, channels]` with `kernel` `[depth, height, width, channels / groups, filters]`, as \
          Keras's Conv3D without bias. `padding` is `valid` (none), `same` (TensorFlow's: output ⌈n / stride⌉, the larger half \
          after) or `explicit` with `pads` (before and after each axis in turn). `strides` and `dilations` are one number or one \
          an axis; `dataFormat` `channels_first` takes and gives `[batch, channels, depth, height, width]`. Integers become `f32`.",
    args: &[Arg::float("x"), Arg::float("kernel")],
    attrs: ATTRS,
    outputs: ONE,
    infer: |cx| infer(cx, 3),
    lower: Lower::Composite(lower),
    vjp: Vjp::Derived,
    samples: || {
        let f = |s: &[usize]| floats(s, -1.0, 1.0);
        vec![
            sample(vec![f(&[1, 4, 5, 4, 2]), f(&[2, 2, 3, 2, 3])]),
            sample(vec![f(&[1, 2, 4, 5, 4]), f(&[2, 2, 3, 2, 3])])
                .attr("data_format", AttrValue::Enum(1))
                .attr("padding", AttrValue::Enum(1))
                .i64s("strides", &[2]),
            sample(vec![f(&[1, 4, 5, 4]), f(&[2, 2, 3, 2, 3])]).refused(Code::Shape),
            sample(vec![f(&[1, 2, 4, 5, 4]), f(&[2, 2, 3, 2, 3])]).refused(Code::Shape),
        ]
    },
    method: false,
};
