//! `strided_slice_grad`

use super::strided_slice::sliced;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::vjp::Grad;
use crate::{Code, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "strided_slice_grad",
    version: 1,
    group: "shape",
    doc: "Zeros of `shape` whose slice `begin:end:strides` is `x`: the gradient of `strided_slice`.",
    args: &[Arg::one("x")],
    attrs: &[
        Attr::required("shape", AttrKind::Dims),
        Attr::required("begin", AttrKind::I64s),
        Attr::required("end", AttrKind::I64s),
        Attr::optional("strides", AttrKind::I64s, Default::Absent),
    ],
    outputs: ONE,
    infer: |cx| {
        let shape: Shape = cx.attrs.dims("shape")?.iter().cloned().collect();
        let (x, slice) = (cx.input(0)?.clone(), sliced(cx, &shape)?);
        if x.shape.rank() != slice.rank() {
            return Err(cx.error(Code::Shape, format!("expected x of the slice's shape {slice}, received {}", x.shape)));
        }
        for (a, b) in x.shape.dims().iter().zip(slice.dims()) {
            cx.same_dim(a, b, "x and the slice")?;
        }
        Ok(vec![Type::new(x.dtype, shape)])
    },
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let dy = cx.dy(0)?;
        let mut attrs = Vec::new();
        for name in ["begin", "end", "strides"] {
            attrs.push((name, cx.attrs.get(name).clone()));
        }
        Ok(vec![Some(Grad::Dense(cx.op("strided_slice", &[dy], &attrs)?))])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[3, 4], -2.0, 2.0)]).dims("shape", &[5, 4]).i64s("begin", &[1]).i64s("end", &[4]),
            sample(vec![floats(&[2, 2], -2.0, 2.0)])
                .dims("shape", &[5, 4])
                .i64s("begin", &[-2, 0])
                .i64s("end", &[i64::MIN, 3])
                .i64s("strides", &[-2, 2]),
            sample(vec![floats(&[2, 4], -2.0, 2.0)])
                .dims("shape", &[5, 4])
                .i64s("begin", &[1])
                .i64s("end", &[4])
                .refused(Code::Shape),
        ]
    },
    method: false,
};
