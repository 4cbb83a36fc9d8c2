//! `prod`

use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::rules::axes::{inverse, permute};
use crate::rules::reduce::{self, sum_dtype};
use crate::rules::scan::scan;
use crate::vjp::{Grad, VjpCx};
use crate::{DType, Dim, Result, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "prod",
    version: 1,
    group: "reduce",
    doc: "Product over `axis` (an axis, several, or all when absent); over nothing it is 1. Dtypes as in `sum`. The gradient is \
          right also where elements are 0.",
    args: &[Arg::one("x")],
    attrs: reduce::ATTRS,
    outputs: ONE,
    infer: |cx| {
        let t = cx.input(0)?;
        Ok(vec![Type::new(sum_dtype(t.dtype), infer::reduced_shape(cx, &t.shape)?)])
    },
    lower: Lower::Kernel,
    vjp: Vjp::Rule(vjp),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3, 4], 0.5, 1.5)]),
            sample(vec![floats(&[2, 3, 4], -2.0, 2.0)]).i64s("axis", &[1]),
            sample(vec![floats(&[2, 3, 4], -2.0, 2.0)]).i64s("axis", &[0, 2]).attr("keepdims", true.into()),
            sample(vec![values(DType::F32, &[2, 3], &[0.0, 2.0, 3.0, 0.0, 0.0, 4.0])]).i64s("axis", &[1]),
            sample(vec![floats(&[0, 2], -2.0, 2.0)]).i64s("axis", &[0]),
        ]
    },
    method: true,
};

/// The product of the other elements: those before times those after.
fn vjp(cx: &mut VjpCx<'_, '_>) -> Result<Vec<Option<Grad>>> {
    let (x, dy) = (cx.x(0), cx.dy(0)?);
    let shape = cx.shape(x);
    let axes = reduce::axes(cx.attrs, shape.rank())?;
    let kept: Vec<usize> = (0..shape.rank()).filter(|i| !axes.contains(i)).collect();
    let order: Vec<usize> = kept.iter().chain(&axes).copied().collect();
    let moved: Shape = order.iter().map(|&a| shape[a].clone()).collect();
    let n = axes.iter().fold(Dim::Known(1), |n, &a| n.mul(&shape[a]));
    let flat: Shape = kept.iter().map(|&a| shape[a].clone()).chain([n]).collect();
    let one: Shape = kept.iter().map(|&a| shape[a].clone()).chain([Dim::Known(1)]).collect();
    let x = permute(cx, x, &order)?;
    let x = cx.reshape(x, &flat)?;
    let before = scan(cx, "cumprod", x, kept.len(), true, false)?;
    let after = scan(cx, "cumprod", x, kept.len(), true, true)?;
    let others = cx.mul(before, after)?;
    let dy = cx.reshape(dy, &one)?;
    let dx = cx.mul(others, dy)?;
    let dx = cx.reshape(dx, &moved)?;
    Ok(vec![Some(Grad::Dense(permute(cx, dx, &inverse(&order))?))])
}
