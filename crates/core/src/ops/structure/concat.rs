//! `concat`

use crate::infer::{Infer, normalize_axis};
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::axes::{dims_attr, slice_axis};
use crate::vjp::{Grad, VjpCx};
use crate::{Code, Dim, Result, Type};

pub static DEF: OpDef = OpDef {
    name: "concat",
    version: 1,
    group: "shape",
    doc: "The tensors `xs` one after the other along `axis`. Their other axes must agree; dtypes are promoted.",
    args: &[Arg::common("xs").variadic()],
    attrs: &[Attr::optional("axis", AttrKind::I64, Default::I64(0))],
    outputs: ONE,
    infer,
    lower: Lower::Kernel,
    vjp: Vjp::Rule(vjp),
    samples: || {
        let f = |s: &[usize]| floats(s, -2.0, 2.0);
        vec![
            sample(vec![f(&[2, 3]), f(&[1, 3])]),
            sample(vec![f(&[2, 3]), f(&[2, 0]), f(&[2, 5])]).attr("axis", (-1i64).into()),
            sample(vec![f(&[2, 3, 2]), f(&[2, 1, 2]), f(&[2, 3, 2])]).attr("axis", 1i64.into()),
            sample(vec![f(&[4])]),
            sample(vec![]).refused(Code::Shape),
            sample(vec![f(&[2, 3]), f(&[2, 4])]).refused(Code::Shape),
            sample(vec![f(&[2, 3]), f(&[3])]).refused(Code::Shape),
        ]
    },
    method: false,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    if cx.inputs.is_empty() {
        return Err(cx.error(Code::Shape, "expected at least one tensor, received none"));
    }
    let first = cx.input(0)?;
    let axis = cx.axis(cx.attrs.i64("axis")?, first.shape.rank())?;
    let mut shape = first.shape.clone();
    for i in 1..cx.inputs.len() {
        let t = cx.input(i)?;
        if t.shape.rank() != shape.rank() {
            return Err(cx.error(Code::Shape, format!("tensor {i} has shape {}, the first one {}", t.shape, first.shape)));
        }
        for d in 0..shape.rank() {
            shape.0[d] = if d == axis {
                shape[d].add(&t.shape[d])
            } else {
                cx.same_dim(&shape[d], &t.shape[d], &format!("axis {d} of tensor {i}"))?
            };
        }
    }
    Ok(vec![Type::new(first.dtype, shape)])
}

fn vjp(cx: &mut VjpCx<'_, '_>) -> Result<Vec<Option<Grad>>> {
    let axis = normalize_axis(cx.attrs.i64("axis")?, cx.x_type(0).shape.rank())?;
    let dy = cx.dy(0)?;
    let sizes: Vec<Dim> = (0..cx.inputs.len()).map(|i| cx.x_type(i).shape[axis].clone()).collect();
    let Some(known) = sizes.iter().map(Dim::known).collect::<Option<Vec<usize>>>() else {
        let attrs = [("sizes", dims_attr(&sizes)), ("axis", (axis as i64).into())];
        let parts = cx.apply_all("split", &[Some(dy)], &attrs, &[])?;
        return Ok(parts.into_iter().map(|v| Some(Grad::Dense(v))).collect());
    };
    let mut grads = Vec::new();
    let mut at = 0;
    for (i, n) in known.into_iter().enumerate() {
        grads.push(match cx.wants[i] {
            true => Some(slice_axis(cx, dy, axis, at, at + n as i64, 1)?),
            false => None,
        });
        at += n as i64;
    }
    Ok(cx.dense(&grads))
}
