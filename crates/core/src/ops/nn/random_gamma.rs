//! `random_gamma`

use crate::op::{Arg, Attr, AttrKind, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::random::{STATE, check_state, shape, state};
use crate::{Code, DType, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "random_gamma",
    version: 1,
    group: "random",
    doc: "Gamma draws of `shape` with shape parameter `alpha` (broadcast to `shape`) and rate 1, in the dtype of `alpha`; \
          NaN where alpha is not positive. By Marsaglia and Tsang (2000) with the blocks (element, attempt) of the stream: \
          words 0 and 1 give the normal (Box–Muller), word 2 the test, word 3 of attempt 0 the power u^(1/alpha) for \
          alpha < 1. Equal between backends up to rounding, except where rounding decides a test.",
    args: &[STATE, Arg::one("alpha")],
    attrs: &[Attr::required("shape", AttrKind::Dims)],
    outputs: ONE,
    infer: |cx| {
        check_state(cx, 0)?;
        cx.need_dtype(1, DType::is_float, "a float type")?;
        let alpha = cx.input(1)?;
        let shape = shape(cx)?;
        same_when_broadcast(cx, &alpha.shape, &shape, "alpha")?;
        Ok(vec![Type::new(alpha.dtype, shape)])
    },
    lower: Lower::Kernel,
    vjp: Vjp::None("the draw's dependence on alpha (an implicit reparameterisation) is not modelled"),
    samples: || {
        vec![
            sample(vec![state(), floats(&[3], 0.2, 4.0)]).dims("shape", &[5, 3]).no_grad(),
            sample(vec![state(), floats(&[], 0.7, 0.7)]).dims("shape", &[9]).no_grad(),
            sample(vec![state(), floats(&[4], 0.2, 4.0)]).dims("shape", &[5, 3]).refused(Code::Shape),
        ]
    },
    method: false,
};

/// Refuses an argument that does not broadcast to exactly `shape`.
pub(super) fn same_when_broadcast(cx: &mut crate::infer::Infer<'_>, from: &Shape, to: &Shape, name: &str) -> crate::Result<()> {
    let message = || format!("argument {name}: shape {from} does not broadcast to shape {to}");
    if from.rank() > to.rank() {
        return Err(cx.error(Code::Shape, message()));
    }
    let lead = to.rank() - from.rank();
    for (i, d) in from.dims().iter().enumerate() {
        if d.known() != Some(1) {
            cx.same_dim(d, &to[lead + i], "broadcast").map_err(|_| crate::Error::shape(message()))?;
        }
    }
    Ok(())
}
