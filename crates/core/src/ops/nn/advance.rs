//! `advance`

use crate::op::{Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, sample};
use crate::rules::random::{STATE, check_state, state};
use crate::{Code, DType, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "advance",
    version: 1,
    group: "random",
    doc: "The random `state` `count` (1) draws later: adds `count` to its 64-bit offset (words 2 and 3), which wraps. Each \
          random op consumes one draw, whatever its size.",
    args: &[STATE],
    attrs: &[Attr::optional("count", AttrKind::I64, Default::I64(1))],
    outputs: ONE,
    infer: |cx| {
        check_state(cx, 0)?;
        cx.attrs.u64("count")?;
        Ok(vec![Type::new(DType::U32, Shape::of(&[4]))])
    },
    lower: Lower::Kernel,
    vjp: Vjp::None("counters have no gradient"),
    samples: || {
        vec![
            sample(vec![state()]).no_grad(),
            sample(vec![crate::op::values(DType::U32, &[4], &[1.0, 2.0, 4_294_967_295.0, 5.0])])
                .attr("count", 3i64.into())
                .no_grad(),
            sample(vec![state()]).attr("count", (-1i64).into()).refused(Code::Option),
        ]
    },
    method: false,
};
