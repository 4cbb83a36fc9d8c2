//! `one_hot`

use crate::infer::{Infer, normalize_axis};
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, sample, values};
use crate::rules::axes::with_dim;
use crate::rules::index::{iota, need_index};
use crate::{Code, DType, Error, Result, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "one_hot",
    version: 1,
    group: "index",
    doc: "A new axis of size `depth` at `axis`, with `onValue` at the place that the index names and `offValue` elsewhere. \
          An index outside `0..depth` gives `offValue` throughout.",
    args: &[Arg::one("indices")],
    attrs: &[
        Attr::required("depth", AttrKind::I64),
        Attr::optional("axis", AttrKind::I64, Default::I64(-1)),
        Attr::optional("on_value", AttrKind::F64, Default::F64(1.0)),
        Attr::optional("off_value", AttrKind::F64, Default::F64(0.0)),
        Attr::optional("dtype", AttrKind::DType, Default::DType(DType::F32)),
    ],
    outputs: ONE,
    infer,
    lower: Lower::Composite(|b, xs, attrs| {
        let x = xs[0].ok_or_else(|| Error::option("argument indices is missing"))?;
        let (depth, dtype) = (attrs.usize("depth")?, attrs.dtype("dtype")?);
        let axis = normalize_axis(attrs.i64("axis")?, b.rank(x) + 1)?;
        let spread = with_dim(&b.shape(x), axis, 1);
        let index = b.dtype(x);
        let x = b.reshape(x, &spread)?;
        let mut places = Shape::of(&vec![1; spread.rank()]);
        places.0[axis] = depth.into();
        let places = iota(b, &places, axis, index)?;
        let hit = b.equal(x, places)?;
        let on = b.scalar(attrs.f64("on_value")?, dtype);
        let off = b.scalar(attrs.f64("off_value")?, dtype);
        Ok(vec![b.select(hit, on, off)?])
    }),
    vjp: Vjp::None("indices are not continuous"),
    samples: || {
        let x = || vec![values(DType::I32, &[2, 2], &[0.0, 2.0, -1.0, 3.0])];
        vec![
            sample(x()).attr("depth", 3i64.into()).no_grad(),
            sample(x()).attr("depth", 3i64.into()).attr("axis", 0i64.into()).no_grad(),
            sample(x())
                .attr("depth", 3i64.into())
                .attr("axis", 1i64.into())
                .attr("on_value", 5.0.into())
                .attr("off_value", (-1.0).into())
                .attr("dtype", DType::I32.into())
                .no_grad(),
            sample(vec![values(DType::F32, &[1], &[0.0])]).attr("depth", 2i64.into()).refused(Code::Dtype),
        ]
    },
    method: false,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    need_index(cx, 0)?;
    let t = cx.input(0)?;
    let axis = cx.axis(cx.attrs.i64("axis")?, t.shape.rank() + 1)?;
    let depth = cx.attrs.usize("depth")?;
    Ok(vec![Type::new(cx.attrs.dtype("dtype")?, with_dim(&t.shape, axis, depth))])
}
