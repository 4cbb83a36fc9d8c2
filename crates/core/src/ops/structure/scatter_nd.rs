//! `scatter_nd`

use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::rules::index::need_index;
use crate::rules::scatter::{picked_shape, same_shape};
use crate::vjp::Grad;
use crate::{Code, DType, Result, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "scatter_nd",
    version: 1,
    group: "index",
    doc: "Zeros of `shape` with `updates` added at index tuples: the last axis of `indices` (i32 or i64) holds an index for each \
          leading axis. Equal tuples add up, in order. Negative indices count from the end; one outside is an error.",
    args: &[Arg::one("indices"), Arg::one("updates")],
    attrs: &[Attr::required("shape", AttrKind::Dims)],
    outputs: ONE,
    infer,
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let (indices, dy) = (cx.x(0), cx.dy(0)?);
        let du = cx.op("gather_nd", &[dy, indices], &[])?;
        Ok(vec![None, Some(Grad::Dense(du))])
    }),
    samples: || {
        let at = |s: &[usize], v: &[f64]| values(DType::I32, s, v);
        vec![
            sample(vec![at(&[3, 1], &[1.0, 3.0, 1.0]), floats(&[3, 2], -2.0, 2.0)]).dims("shape", &[4, 2]),
            sample(vec![at(&[2, 2], &[0.0, 1.0, -1.0, 0.0]), floats(&[2], -2.0, 2.0)]).dims("shape", &[2, 3]),
            sample(vec![at(&[0, 1], &[]), floats(&[0, 2], -2.0, 2.0)]).dims("shape", &[2, 2]),
            sample(vec![at(&[1, 1], &[4.0]), floats(&[1], -2.0, 2.0)]).dims("shape", &[4]).refused(Code::Shape),
            sample(vec![at(&[1, 1], &[0.0]), floats(&[2], -2.0, 2.0)]).dims("shape", &[4]).refused(Code::Shape),
        ]
    },
    method: false,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    need_index(cx, 0)?;
    let (indices, updates) = (cx.input(0)?, cx.input(1)?);
    let shape: Shape = cx.attrs.dims("shape")?.iter().cloned().collect();
    let wanted = picked_shape(cx, &indices.shape, &shape, 0)?;
    same_shape(cx, &wanted, &updates.shape)?;
    Ok(vec![Type::new(updates.dtype, shape)])
}
