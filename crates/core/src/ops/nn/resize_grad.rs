//! `resize_grad`

use crate::op::{Arg, Attr, AttrKind, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::resize::{ALIGN_CORNERS, ANTIALIAS, HALF_PIXEL_CENTERS, METHOD, Method};
use crate::{AttrValue, Code, DType, Type};

pub static DEF: OpDef = OpDef {
    name: "resize_grad",
    version: 1,
    group: "internal",
    doc: "The gradient of `resize` from an `x` with spatial sizes `shape`: each element of `dy` goes back to what it was \
          made of, by the same weights.",
    args: &[Arg::float("dy")],
    attrs: &[Attr::required("shape", AttrKind::Dims), METHOD, ALIGN_CORNERS, HALF_PIXEL_CENTERS, ANTIALIAS],
    outputs: ONE,
    infer: |cx| {
        cx.need_dtype(0, DType::is_float, "a float type")?;
        let dy = cx.input(0)?;
        Method::of(cx.attrs)?;
        let sizes = cx.attrs.dims("shape")?;
        let rank = dy.shape.rank();
        if rank < 3 || sizes.len() != rank - 2 {
            return Err(cx.error(Code::Shape, format!("expected dy of rank {}, received {}", sizes.len() + 2, dy.shape)));
        }
        if dy.shape.dims()[1..rank - 1].iter().chain(sizes).any(|n| n.known() == Some(0)) {
            return Err(cx.error(Code::Shape, "an axis of size 0 cannot be resized"));
        }
        let mut shape = dy.shape.clone();
        shape.0[1..rank - 1].clone_from_slice(sizes);
        Ok(vec![Type::new(dy.dtype, shape)])
    },
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let u = cx.dy(0)?;
        let shape = cx.x_type(0).shape;
        let mut given = vec![("size", AttrValue::Dims(shape.dims()[1..shape.rank() - 1].into()))];
        for name in ["method", "align_corners", "half_pixel_centers", "antialias"] {
            given.push((name, cx.attrs.get(name).clone()));
        }
        let d = cx.op("resize", &[u], &given)?;
        Ok(cx.dense(&[Some(d)]))
    }),
    samples: || {
        let dy = || floats(&[2, 7, 3, 3], -1.0, 1.0);
        vec![
            sample(vec![dy()]).dims("shape", &[4, 5]),
            sample(vec![dy()]).dims("shape", &[4, 5]).attr("method", AttrValue::Enum(0)),
            sample(vec![dy()]).dims("shape", &[9, 2]).attr("method", AttrValue::Enum(2)),
            sample(vec![dy()]).dims("shape", &[4]).refused(Code::Shape),
            sample(vec![dy()]).dims("shape", &[4, 0]).refused(Code::Shape),
        ]
    },
    method: false,
};
