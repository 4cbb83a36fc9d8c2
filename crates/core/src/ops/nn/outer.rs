//! `outer`

use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::{Error, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "outer",
    version: 1,
    group: "linear algebra",
    doc: "Every element of `a` times every element of `b`: `[size of a, size of b]`, both flattened first.",
    args: &[Arg::common("a"), Arg::common("b")],
    attrs: &[],
    outputs: ONE,
    infer: |cx| {
        let (a, b) = (cx.input(0)?, cx.input(1)?);
        Ok(vec![Type::new(a.dtype, Shape::from_iter([a.shape.size(), b.shape.size()]))])
    },
    lower: Lower::Composite(|b, inputs, _| {
        let [Some(x), Some(y)] = *inputs else { return Err(Error::internal("an input is absent")) };
        let column = Shape::from_iter([b.shape(x).size(), 1usize.into()]);
        let row = Shape::from_iter([1usize.into(), b.shape(y).size()]);
        let x = b.reshape(x, &column)?;
        let y = b.reshape(y, &row)?;
        Ok(vec![b.mul(x, y)?])
    }),
    vjp: Vjp::Derived,
    samples: || {
        let f = |s: &[usize]| floats(s, -1.0, 1.0);
        vec![sample(vec![f(&[3]), f(&[4])]), sample(vec![f(&[2, 3]), f(&[])])]
    },
    method: false,
};
