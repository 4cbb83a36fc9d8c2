//! `array_equal`

use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{DType, Dim, Error, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "array_equal",
    version: 1,
    group: "logic",
    doc: "Have `a` and `b` the same shape and equal elements? One bool; with `equalNan` NaN equals NaN. Sizes that a recording \
          leaves open must be the same when it runs. As `numpy.array_equal`.",
    args: &[Arg::common("a"), Arg::common("b")],
    attrs: &[Attr::optional("equal_nan", AttrKind::Bool, Default::Bool(false))],
    outputs: ONE,
    infer: |cx| {
        let (a, b) = (cx.input(0)?, cx.input(1)?);
        if !differ(&a.shape, &b.shape) {
            for (x, y) in a.shape.dims().iter().zip(b.shape.dims()) {
                cx.same_dim(x, y, "arrayEqual")?;
            }
        }
        Ok(vec![Type::new(DType::Bool, Shape::default())])
    },
    lower: Lower::Composite(|b, inputs, attrs| {
        let [Some(x), Some(y)] = *inputs else { return Err(Error::internal("an input is absent")) };
        if differ(&b.shape(x), &b.shape(y)) {
            return Ok(vec![b.scalar(0.0, DType::Bool)]);
        }
        let mut same = b.op("equal", &[x, y], &[])?;
        if attrs.bool("equal_nan")? && b.dtype(x).is_float() {
            let (p, q) = (b.op("isnan", &[x], &[])?, b.op("isnan", &[y], &[])?);
            let both = b.op("bitwise_and", &[p, q], &[])?;
            same = b.op("bitwise_or", &[same, both], &[])?;
        }
        Ok(vec![b.op("all", &[same], &[])?])
    }),
    vjp: Vjp::None("gives bool"),
    samples: || {
        let x = || floats(&[2, 3], 0.5, 2.0);
        let nan = || values(DType::F32, &[2], &[f64::NAN, 1.0]);
        vec![
            sample(vec![x(), x()]).no_grad(),
            sample(vec![x(), floats(&[2, 3], 0.5, 1.0)]).no_grad(),
            sample(vec![x(), floats(&[3], 0.5, 1.0)]).no_grad(),
            sample(vec![nan(), nan()]).no_grad(),
            sample(vec![nan(), nan()]).attr("equal_nan", true.into()).no_grad(),
        ]
    },
    method: true,
};

/// Is it known that they are not the same?
fn differ(a: &Shape, b: &Shape) -> bool {
    let apart = |(x, y): (&Dim, &Dim)| matches!((x.known(), y.known()), (Some(x), Some(y)) if x != y);
    a.rank() != b.rank() || a.dims().iter().zip(b.dims()).any(apart)
}
