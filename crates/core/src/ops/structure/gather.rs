//! `gather`

use crate::infer::{Infer, normalize_axis};
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::rules::axes::{inverse, permute};
use crate::rules::index::{from_start, iota, need_index, sum_by};
use crate::vjp::{Grad, RowGrad, VjpCx};
use crate::{Code, DType, Dim, Result, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "gather",
    version: 1,
    group: "index",
    doc: "Entries of `x` along `axis` at `indices` (i32 or i64): that axis is replaced by the axes of `indices`. Negative \
          indices count from the end; one outside is an error. The first `batchDims` axes are shared by both. The gradient \
          of a gather along axis 0 is a row gradient.",
    args: &[Arg::one("x"), Arg::one("indices")],
    attrs: &[
        Attr::optional("axis", AttrKind::I64, Default::I64(0)),
        Attr::optional("batch_dims", AttrKind::I64, Default::I64(0)),
    ],
    outputs: ONE,
    infer,
    lower: Lower::Kernel,
    vjp: Vjp::Rule(vjp),
    samples: || {
        let x = |s: &[usize]| floats(s, -2.0, 2.0);
        let at = |s: &[usize], v: &[f64]| values(DType::I32, s, v);
        vec![
            sample(vec![x(&[4, 3]), at(&[5], &[0.0, 3.0, 3.0, -1.0, 1.0])]),
            sample(vec![x(&[4, 3]), at(&[2, 2], &[0.0, 2.0, -3.0, 1.0])]).attr("axis", 1i64.into()),
            sample(vec![x(&[2, 4, 3]), at(&[2, 2], &[0.0, 3.0, -1.0, 1.0])])
                .attr("axis", 1i64.into())
                .attr("batch_dims", 1i64.into()),
            sample(vec![x(&[2, 3, 4]), at(&[2, 2], &[0.0, 3.0, -1.0, 1.0])])
                .attr("axis", (-1i64).into())
                .attr("batch_dims", 1i64.into()),
            sample(vec![x(&[4, 3]), at(&[], &[2.0])]),
            sample(vec![x(&[4]), values(DType::I64, &[2], &[2.0, -4.0])]),
            sample(vec![x(&[4, 3]), at(&[0], &[])]),
            sample(vec![x(&[4, 3]), at(&[1], &[4.0])]).refused(Code::Shape),
            sample(vec![x(&[4, 3]), at(&[1], &[-5.0])]).refused(Code::Shape),
            sample(vec![x(&[4, 3]), floats(&[1], 0.0, 1.0)]).refused(Code::Dtype),
        ]
    },
    method: true,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    need_index(cx, 1)?;
    let (x, indices) = (cx.input(0)?, cx.input(1)?);
    let axis = cx.axis(cx.attrs.i64("axis")?, x.shape.rank())?;
    let batch = cx.attrs.usize("batch_dims")?;
    if batch > axis || batch > indices.shape.rank() {
        let message = format!("batchDims {batch} must not pass axis {axis} or the rank of the indices {}", indices.shape);
        return Err(cx.error(Code::Option, message));
    }
    let mut dims = Vec::new();
    for i in 0..batch {
        dims.push(cx.same_dim(&x.shape[i], &indices.shape[i], "batch axes")?);
    }
    dims.extend_from_slice(&x.shape.dims()[batch..axis]);
    dims.extend_from_slice(&indices.shape.dims()[batch..]);
    dims.extend_from_slice(&x.shape.dims()[axis + 1..]);
    Ok(vec![Type::new(x.dtype, dims.into_iter().collect())])
}

fn vjp(cx: &mut VjpCx<'_, '_>) -> Result<Vec<Option<Grad>>> {
    let shape = cx.x_type(0).shape;
    let axis = normalize_axis(cx.attrs.i64("axis")?, shape.rank())?;
    let batch = cx.attrs.usize("batch_dims")?;
    let (x, dy) = (cx.x(0), cx.dy(0)?);
    let indices = cx.x(1);
    let at = from_start(cx, indices, x, axis)?;
    let at_shape = cx.shape(at);
    let n = shape[axis].clone();
    let picked = Shape(at_shape.dims()[batch..].into()).size();
    let size = |dims: &[Dim]| dims.iter().fold(Dim::Known(1), |n, d| n.mul(d));
    let flat = |first: &Dim, rest: &[Dim]| std::iter::once(first.clone()).chain(rest.iter().cloned()).collect::<Shape>();
    if axis == 0 {
        let ids = cx.reshape(at, &flat(&picked, &[]))?;
        let rows = cx.reshape(dy, &flat(&picked, &shape.dims()[1..]))?;
        return Ok(vec![Some(Grad::Rows(RowGrad { ids, rows, coalesced: false })), None]);
    }
    // Rows are (batch, index) pairs: bring those axes of dy to the front, sum by id, and put axis n back.
    let inner = at_shape.rank() - batch;
    let order: Vec<usize> = (0..batch).chain(axis..axis + inner).chain(batch..axis).chain(axis + inner..cx.rank(dy)).collect();
    let batches = size(&shape.dims()[..batch]);
    let rest: Vec<Dim> = shape.dims()[batch..axis].iter().chain(&shape.dims()[axis + 1..]).cloned().collect();
    let rows = permute(cx, dy, &order)?;
    let rows = cx.reshape(rows, &flat(&batches.mul(&picked), &rest))?;
    let mut ids = cx.reshape(at, &Shape::from_iter([batches.clone(), picked.clone()]))?;
    if batch > 0 {
        let dtype = cx.dtype(ids);
        let b = iota(cx, &Shape::from_iter([batches.clone(), Dim::Known(1)]), 0, dtype)?;
        let n = crate::rules::count::count(cx, x, &[axis], dtype)?;
        let start = cx.mul(b, n)?;
        ids = cx.add(ids, start)?;
    }
    let ids = cx.reshape(ids, &flat(&batches.mul(&picked), &[]))?;
    let sums = sum_by(cx, rows, ids, &batches.mul(&n))?;
    let split: Shape = shape.dims()[..batch].iter().cloned().chain([n]).chain(rest).collect();
    let sums = cx.reshape(sums, &split)?;
    // Axes of `sums`: batch, n, the middle, the tail.
    let there: Vec<usize> = (0..batch).chain(axis..=axis).chain(batch..axis).chain(axis + 1..shape.rank()).collect();
    Ok(vec![Some(Grad::Dense(permute(cx, sums, &inverse(&there))?)), None])
}
