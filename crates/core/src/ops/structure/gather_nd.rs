//! `gather_nd`

use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::rules::axes::dims_attr;
use crate::rules::index::{need_index, with_batch};
use crate::rules::scatter::picked_shape;
use crate::vjp::Grad;
use crate::{Code, DType, Result, Type};

pub static DEF: OpDef = OpDef {
    name: "gather_nd",
    version: 1,
    group: "index",
    doc: "Entries of `x` at index tuples: the last axis of `indices` (i32 or i64) holds an index for each leading axis of `x`, \
          after the first `batchDims` axes, which both share. Negative indices count from the end; one outside is an error.",
    args: &[Arg::one("x"), Arg::one("indices")],
    attrs: &[Attr::optional("batch_dims", AttrKind::I64, Default::I64(0))],
    outputs: ONE,
    infer,
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let (indices, dy) = (cx.x(1), cx.dy(0)?);
        let shape = cx.x_type(0).shape;
        let batch = cx.attrs.usize("batch_dims")?;
        let indices = with_batch(cx, indices, batch)?;
        let dx = cx.op("scatter_nd", &[indices, dy], &[("shape", dims_attr(shape.dims()))])?;
        Ok(vec![Some(Grad::Dense(dx)), None])
    }),
    samples: || {
        let x = || floats(&[2, 4, 3], -2.0, 2.0);
        let at = |s: &[usize], v: &[f64]| values(DType::I32, s, v);
        vec![
            sample(vec![x(), at(&[3, 2], &[0.0, 3.0, 1.0, 0.0, 0.0, 3.0])]),
            sample(vec![x(), at(&[2, 1], &[-1.0, 0.0])]),
            sample(vec![x(), at(&[2, 3], &[1.0, -1.0, 2.0, 0.0, 0.0, 0.0])]),
            sample(vec![x(), at(&[2, 2, 1], &[0.0, 3.0, 1.0, 1.0])]).attr("batch_dims", 1i64.into()),
            sample(vec![x(), values(DType::I64, &[2, 2], &[0.0, 2.0, 1.0, 0.0])]).attr("batch_dims", 1i64.into()),
            sample(vec![x(), at(&[0], &[])]),
            sample(vec![x(), at(&[1, 2], &[0.0, 4.0])]).refused(Code::Shape),
            sample(vec![x(), at(&[1, 4], &[0.0, 0.0, 0.0, 0.0])]).refused(Code::Shape),
        ]
    },
    method: true,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    need_index(cx, 1)?;
    let (x, indices) = (cx.input(0)?, cx.input(1)?);
    let batch = cx.attrs.usize("batch_dims")?;
    if batch >= indices.shape.rank().max(1) || batch > x.shape.rank() {
        let message = format!("batchDims {batch} does not fit shapes {} and {}", x.shape, indices.shape);
        return Err(cx.error(Code::Option, message));
    }
    for i in 0..batch {
        cx.same_dim(&x.shape[i], &indices.shape[i], "batch axes")?;
    }
    Ok(vec![Type::new(x.dtype, picked_shape(cx, &indices.shape, &x.shape, batch)?)])
}
