//! `allclose`

use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType, Error, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "allclose",
    version: 1,
    group: "logic",
    doc: "Is `isclose(a, b)` true of every pair of elements, after broadcasting? One bool. As `numpy.allclose`.",
    args: &[Arg::float("a"), Arg::float("b")],
    attrs: &[
        Attr::optional("rtol", AttrKind::F64, Default::F64(1e-5)),
        Attr::optional("atol", AttrKind::F64, Default::F64(1e-8)),
        Attr::optional("equal_nan", AttrKind::Bool, Default::Bool(false)),
    ],
    outputs: ONE,
    infer: |cx| {
        cx.broadcast_all()?;
        Ok(vec![Type::new(DType::Bool, Shape::default())])
    },
    lower: Lower::Composite(|b, inputs, attrs| {
        let [Some(x), Some(y)] = *inputs else { return Err(Error::internal("an input is absent")) };
        let [rtol, atol] = [attrs.f64("rtol")?, attrs.f64("atol")?];
        let equal_nan = attrs.bool("equal_nan")?;
        let near = b.op("isclose", &[x, y], &[("rtol", rtol.into()), ("atol", atol.into()), ("equal_nan", equal_nan.into())])?;
        Ok(vec![b.op("all", &[near], &[])?])
    }),
    vjp: Vjp::None("gives bool"),
    samples: || {
        let x = || floats(&[2, 3], 0.5, 2.0);
        vec![
            sample(vec![x(), x()]).no_grad(),
            sample(vec![x(), floats(&[3], 0.5, 1.0)]).no_grad(),
            sample(vec![x(), floats(&[3], 0.5, 1.0)]).attr("rtol", 9.0.into()).no_grad(),
            sample(vec![values(DType::F32, &[1], &[f64::NAN]), values(DType::F32, &[1], &[f64::NAN])])
                .attr("equal_nan", true.into())
                .no_grad(),
            sample(vec![x(), floats(&[4], 0.5, 1.0)]).refused(Code::Shape),
        ]
    },
    method: true,
};
