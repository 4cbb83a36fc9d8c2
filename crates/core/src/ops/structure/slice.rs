//! `slice`

use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::axes::END;
use crate::{Code, Dim, Error, Result, Type};

pub static DEF: OpDef = OpDef {
    name: "slice",
    version: 1,
    group: "shape",
    doc: "`size` elements from `begin` on along each axis; −1 means all that remain. Axes without entry are taken whole. What \
          does not lie inside is refused.",
    args: &[Arg::one("x")],
    attrs: &[Attr::required("begin", AttrKind::I64s), Attr::required("size", AttrKind::I64s)],
    outputs: ONE,
    infer,
    lower: Lower::Composite(|b, xs, attrs| {
        let x = xs[0].ok_or_else(|| Error::option("argument x is missing"))?;
        let begin = attrs.i64s("begin")?;
        let end: Vec<i64> =
            begin.iter().zip(attrs.i64s("size")?).map(|(&b, &n)| if n < 0 { END } else { b.saturating_add(n) }).collect();
        Ok(vec![b.op("strided_slice", &[x], &[("begin", begin.into()), ("end", end.as_slice().into())])?])
    }),
    vjp: Vjp::Derived,
    samples: || {
        let x = || vec![floats(&[4, 5], -2.0, 2.0)];
        vec![
            sample(x()).i64s("begin", &[1, 2]).i64s("size", &[2, -1]),
            sample(x()).i64s("begin", &[4]).i64s("size", &[0]),
            sample(x()).i64s("begin", &[3, 0]).i64s("size", &[2, 1]).refused(Code::Shape),
            sample(x()).i64s("begin", &[-1, 0]).i64s("size", &[1, 1]).refused(Code::Option),
        ]
    },
    method: true,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let t = cx.input(0)?;
    let (begin, size) = (cx.attrs.i64s("begin")?, cx.attrs.i64s("size")?);
    if begin.len() != size.len() || begin.len() > t.shape.rank() {
        let message = format!("begin {begin:?} and size {size:?} do not fit shape {}", t.shape);
        return Err(cx.error(Code::Shape, message));
    }
    let mut shape = t.shape.clone();
    for (i, (&b, &n)) in begin.iter().zip(size).enumerate() {
        let (Ok(b), true) = (usize::try_from(b), n >= -1) else {
            return Err(cx.error(Code::Option, format!("axis {i}: begin {b} and size {n}: expected begin >= 0 and size >= -1")));
        };
        let have = &t.shape[i];
        let need = if n < 0 { b } else { b.saturating_add(n as usize) };
        match have {
            Dim::Known(have) if need > *have => {
                let message = format!("axis {i} of {} has {have} elements; begin {b} with size {n} passes its end", t.shape);
                return Err(cx.error(Code::Shape, message));
            }
            Dim::Known(_) => {}
            // min(have, need) = need
            d if need > 0 => cx.equal.push((d.sub(d.sub(need)), Dim::Known(need))),
            _ => {}
        }
        shape.0[i] = if n < 0 { have.sub(b) } else { Dim::Known(n as usize) };
    }
    Ok(vec![Type::new(t.dtype, shape)])
}
