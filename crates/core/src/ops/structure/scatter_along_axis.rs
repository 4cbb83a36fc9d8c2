//! `scatter_along_axis`

use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::rules::index::need_index;
use crate::rules::scatter::same_shape;
use crate::vjp::Grad;
use crate::{Code, DType, Result, Type};

pub static DEF: OpDef = OpDef {
    name: "scatter_along_axis",
    version: 1,
    group: "index",
    doc: "Zeros with `size` along `axis`, to which each update is added at its index (i32 or i64) along that axis; both have one \
          shape. Negative indices count from the end; one outside is an error. The gradient of `takeAlongAxis`.",
    args: &[Arg::one("indices"), Arg::one("updates")],
    attrs: &[Attr::required("axis", AttrKind::I64), Attr::required("size", AttrKind::Dims)],
    outputs: ONE,
    infer,
    lower: Lower::Kernel,
    vjp: Vjp::Rule(|cx| {
        let (indices, dy) = (cx.x(0), cx.dy(0)?);
        let axis = cx.attrs.get("axis").clone();
        let du = cx.op("take_along_axis", &[dy, indices], &[("axis", axis)])?;
        Ok(vec![None, Some(Grad::Dense(du))])
    }),
    samples: || {
        let at = |s: &[usize], v: &[f64]| values(DType::I32, s, v);
        vec![
            sample(vec![at(&[2, 3], &[0.0, 3.0, 3.0, -1.0, 1.0, 0.0]), floats(&[2, 3], -2.0, 2.0)])
                .attr("axis", 1i64.into())
                .dims("size", &[4]),
            sample(vec![at(&[3, 2], &[0.0, 1.0, 1.0, 0.0, 0.0, 0.0]), floats(&[3, 2], -2.0, 2.0)])
                .attr("axis", 0i64.into())
                .dims("size", &[2]),
            sample(vec![at(&[1], &[4.0]), floats(&[1], -2.0, 2.0)])
                .attr("axis", 0i64.into())
                .dims("size", &[4])
                .refused(Code::Shape),
            sample(vec![at(&[2], &[0.0, 0.0]), floats(&[1], -2.0, 2.0)])
                .attr("axis", 0i64.into())
                .dims("size", &[4])
                .refused(Code::Shape),
        ]
    },
    method: false,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    need_index(cx, 0)?;
    let (indices, updates) = (cx.input(0)?, cx.input(1)?);
    same_shape(cx, &indices.shape, &updates.shape)?;
    let axis = cx.axis(cx.attrs.i64("axis")?, updates.shape.rank())?;
    let [n] = cx.attrs.dims("size")? else {
        return Err(cx.error(Code::Option, "size: expected one size"));
    };
    let mut shape = updates.shape.clone();
    shape.0[axis] = n.clone();
    Ok(vec![Type::new(updates.dtype, shape)])
}
