//! `tile`

use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::{AttrsRef, Code, Dim, Error, Result, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "tile",
    version: 1,
    group: "shape",
    doc: "`x` repeated `reps[i]` times along axis `i`. Where `reps` and the shape differ in length, the shorter one is led by 1s.",
    args: &[Arg::one("x")],
    attrs: &[Attr::required("reps", AttrKind::I64s)],
    outputs: ONE,
    infer,
    lower: Lower::Composite(|b, xs, attrs| {
        let x = xs[0].ok_or_else(|| Error::option("argument x is missing"))?;
        let pairs = pairs(attrs, &b.shape(x))?;
        let apart: Shape = pairs.iter().flat_map(|(_, d)| [Dim::Known(1), d.clone()]).collect();
        let spread: Shape = pairs.iter().flat_map(|(r, d)| [Dim::Known(*r), d.clone()]).collect();
        let joined: Shape = pairs.iter().map(|(r, d)| d.mul(*r)).collect();
        let x = b.reshape(x, &apart)?;
        let x = b.broadcast_to(x, &spread)?;
        Ok(vec![b.reshape(x, &joined)?])
    }),
    vjp: Vjp::Derived,
    samples: || {
        let x = || vec![floats(&[2, 3], -2.0, 2.0)];
        vec![
            sample(x()).i64s("reps", &[2, 1]),
            sample(x()).i64s("reps", &[3]),
            sample(x()).i64s("reps", &[2, 1, 2]),
            sample(x()).i64s("reps", &[0, 2]),
            sample(x()).i64s("reps", &[-1, 2]).refused(Code::Option),
        ]
    },
    method: true,
};

/// (repeats, size) of each axis of the result.
fn pairs(attrs: AttrsRef<'_>, shape: &Shape) -> Result<Vec<(usize, Dim)>> {
    let reps = attrs.i64s("reps")?;
    let rank = reps.len().max(shape.rank());
    let mut pairs = vec![(1, Dim::Known(1)); rank];
    for (pair, &r) in pairs[rank - reps.len()..].iter_mut().zip(reps) {
        pair.0 = usize::try_from(r).map_err(|_| Error::option(format!("reps {reps:?}: expected numbers of at least 0")))?;
    }
    for (pair, d) in pairs[rank - shape.rank()..].iter_mut().zip(shape.dims()) {
        pair.1 = d.clone();
    }
    Ok(pairs)
}

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let t = cx.input(0)?;
    Ok(vec![Type::new(t.dtype, pairs(cx.attrs, &t.shape)?.iter().map(|(r, d)| d.mul(*r)).collect())])
}
