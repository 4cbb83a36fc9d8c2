//! `tensordot`

use crate::infer::{Infer, normalize_axis};
use crate::op::{Arg, Attr, AttrKind, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::axes::permute;
use crate::{AttrsRef, Builder, Code, Dim, Error, Result, Shape, Type, Value};

pub static DEF: OpDef = OpDef {
    name: "tensordot",
    version: 1,
    group: "linear algebra",
    doc: "Sum of products over the axes `axesA` of `a` paired with `axesB` of `b`: the other axes of `a`, then those of `b`, as \
          NumPy's tensordot.",
    args: &[Arg::common("a"), Arg::common("b")],
    attrs: &[Attr::required("axes_a", AttrKind::I64s), Attr::required("axes_b", AttrKind::I64s)],
    outputs: ONE,
    infer,
    lower: Lower::Composite(|b, inputs, attrs| {
        let [Some(x), Some(y)] = *inputs else { return Err(Error::internal("an input is absent")) };
        let (sx, sy) = (b.shape(x), b.shape(y));
        let (ax, ay) = (axes(attrs, "axes_a", sx.rank())?, axes(attrs, "axes_b", sy.rank())?);
        let (fx, fy) = (free(sx.rank(), &ax), free(sy.rank(), &ay));
        let x = matrix(b, x, &fx, &ax)?;
        let y = matrix(b, y, &ay, &fy)?;
        let product = b.matmul(x, y, false, false)?;
        let out: Shape = fx.iter().map(|&i| sx[i].clone()).chain(fy.iter().map(|&i| sy[i].clone())).collect();
        Ok(vec![b.reshape(product, &out)?])
    }),
    vjp: Vjp::Derived,
    samples: || {
        let f = |s: &[usize]| floats(s, -1.0, 1.0);
        vec![
            sample(vec![f(&[2, 3, 4]), f(&[4, 3, 5])]).i64s("axes_a", &[1, 2]).i64s("axes_b", &[1, 0]),
            sample(vec![f(&[2, 3]), f(&[4])]).i64s("axes_a", &[]).i64s("axes_b", &[]),
            sample(vec![f(&[2, 3]), f(&[3, 2])]).i64s("axes_a", &[0, -1]).i64s("axes_b", &[1, 0]),
            sample(vec![f(&[2, 3]), f(&[4, 3])]).i64s("axes_a", &[1]).i64s("axes_b", &[0]).refused(Code::Shape),
            sample(vec![f(&[2, 3]), f(&[4, 3])]).i64s("axes_a", &[1]).i64s("axes_b", &[0, 1]).refused(Code::Option),
        ]
    },
    method: false,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let (a, b) = (cx.input(0)?, cx.input(1)?);
    let (aa, ab) = (axes(cx.attrs, "axes_a", a.shape.rank())?, axes(cx.attrs, "axes_b", b.shape.rank())?);
    if aa.len() != ab.len() {
        return Err(cx.error(Code::Option, format!("axesA and axesB name {} and {} axes; they pair up", aa.len(), ab.len())));
    }
    for (&i, &j) in aa.iter().zip(&ab) {
        cx.same_dim(&a.shape[i], &b.shape[j], "paired axes")?;
    }
    let left = free(a.shape.rank(), &aa).into_iter().map(|i| a.shape[i].clone());
    let right = free(b.shape.rank(), &ab).into_iter().map(|j| b.shape[j].clone());
    Ok(vec![Type::new(a.dtype, left.chain(right).collect())])
}

/// Attribute `name` as distinct axes in the order given.
fn axes(attrs: AttrsRef<'_>, name: &str, rank: usize) -> Result<Vec<usize>> {
    let mut axes = Vec::new();
    for &a in attrs.i64s(name)? {
        let a = normalize_axis(a, rank)?;
        if axes.contains(&a) {
            return Err(Error::option(format!("{name} names axis {a} twice")));
        }
        axes.push(a);
    }
    Ok(axes)
}

fn free(rank: usize, axes: &[usize]) -> Vec<usize> {
    (0..rank).filter(|i| !axes.contains(i)).collect()
}

/// `v` with axes `rows` then `columns`, each merged into one.
fn matrix(b: &mut Builder<'_>, v: Value, rows: &[usize], columns: &[usize]) -> Result<Value> {
    let shape = b.shape(v);
    let size = |axes: &[usize]| axes.iter().fold(Dim::Known(1), |n, &a| n.mul(&shape[a]));
    let flat = Shape::from_iter([size(rows), size(columns)]);
    let v = permute(b, v, &[rows, columns].concat())?;
    b.reshape(v, &flat)
}
