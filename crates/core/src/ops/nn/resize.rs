//! `resize`

use crate::op::{Arg, Attr, AttrKind, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::resize::{ALIGN_CORNERS, ANTIALIAS, HALF_PIXEL_CENTERS, METHOD, Method, sizes};
use crate::{AttrValue, Code, DType, Type};

pub static DEF: OpDef = OpDef {
    name: "resize",
    version: 1,
    group: "nn",
    doc: "`x` `[batch, …, channels]` with its spatial axes brought to `size` by `method` `nearest`, `bilinear` (default; \
          trilinear on three axes) or `bicubic` (Keys, a = −½), as TensorFlow 2's `tf.image.resize` (half-pixel centres). \
          `antialias` averages when shrinking; `alignCorners` needs `halfPixelCenters: false`. Keeps the dtype.",
    args: &[Arg::float("x")],
    attrs: &[Attr::required("size", AttrKind::Dims), METHOD, ALIGN_CORNERS, HALF_PIXEL_CENTERS, ANTIALIAS],
    outputs: ONE,
    infer: |cx| {
        cx.need_dtype(0, DType::is_float, "a float type")?;
        let t = cx.input(0)?;
        Method::of(cx.attrs)?;
        let rank = t.shape.rank();
        if rank < 3 {
            return Err(cx.error(Code::Shape, format!("expected [batch, …, channels] of rank 3 or more, received {}", t.shape)));
        }
        let mut shape = t.shape.clone();
        for (i, n) in sizes(cx.attrs, rank - 2)?.iter().enumerate() {
            if shape[i + 1].known() == Some(0) {
                return Err(cx.error(Code::Shape, "an axis of size 0 cannot be resized"));
            }
            shape.0[i + 1] = n.clone();
        }
        Ok(vec![Type::new(t.dtype, shape)])
    },
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let dy = cx.dy(0)?;
        let shape = cx.x_type(0).shape;
        let mut given = vec![("shape", AttrValue::Dims(shape.dims()[1..shape.rank() - 1].into()))];
        for name in ["method", "align_corners", "half_pixel_centers", "antialias"] {
            given.push((name, cx.attrs.get(name).clone()));
        }
        let dx = cx.op("resize_grad", &[dy], &given)?;
        Ok(cx.dense(&[Some(dx)]))
    }),
    samples: || {
        let x = || floats(&[2, 4, 5, 3], -1.0, 1.0);
        let m = |i: u16| AttrValue::Enum(i);
        vec![
            sample(vec![x()]).dims("size", &[7, 3]),
            sample(vec![x()]).dims("size", &[8, 10]).attr("method", m(0)),
            sample(vec![x()]).dims("size", &[3, 9]).attr("method", m(2)),
            sample(vec![x()]).dims("size", &[2, 2]).attr("antialias", true.into()),
            sample(vec![x()]).dims("size", &[2, 7]).attr("method", m(2)).attr("antialias", true.into()),
            sample(vec![x()]).dims("size", &[7, 1]).attr("align_corners", true.into()).attr("half_pixel_centers", false.into()),
            sample(vec![x()]).dims("size", &[9, 4]).attr("method", m(2)).attr("half_pixel_centers", false.into()),
            sample(vec![floats(&[1, 5, 2], -1.0, 1.0)]).dims("size", &[8]),
            sample(vec![x()]).dims("size", &[7]).refused(Code::Option),
            sample(vec![x()]).dims("size", &[7, 0]).refused(Code::Option),
            sample(vec![x()]).dims("size", &[7, 3]).attr("align_corners", true.into()).refused(Code::Option),
        ]
    },
    method: false,
};
