//! `cast`

use crate::op::{Arg, Attr, AttrKind, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::vjp::Grad;
use crate::{DType, Type};

pub static DEF: OpDef = OpDef {
    name: "cast",
    version: 1,
    group: "math",
    doc: "`x` converted to `dtype`. Float to integer truncates and saturates (NaN gives 0), integer to integer wraps, \
          to bool is `x != 0`.",
    args: &[Arg::one("x")],
    attrs: &[Attr::required("dtype", AttrKind::DType)],
    outputs: ONE,
    infer: |cx| Ok(vec![Type::new(cx.attrs.dtype("dtype")?, cx.input(0)?.shape.clone())]),
    lower: Lower::Elementwise(|cx| Ok(vec![cx.x(0).cast(cx.attrs.dtype("dtype")?)])),
    vjp: Vjp::Rule(|cx| {
        let from = cx.x_type(0).dtype;
        if !from.is_float() || !cx.attrs.dtype("dtype")?.is_float() {
            return Ok(vec![None]);
        }
        let dy = cx.dy(0)?;
        Ok(vec![Some(Grad::Dense(cx.cast(dy, from)?))])
    }),
    samples: || vec![sample(vec![floats(&[3, 2], -2.0, 2.0)]).attr("dtype", DType::F64.into())],
    method: true,
};
