//! `random_poisson`

use super::random_gamma::same_when_broadcast;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::random::{STATE, check_state, shape, state};
use crate::{Code, DType, Type};

pub static DEF: OpDef = OpDef {
    name: "random_poisson",
    version: 1,
    group: "random",
    doc: "Poisson draws of `shape` with mean `lam` (broadcast to `shape`), as `dtype` (`i32`, or any other numeric type); −1 \
          (NaN in float types) where lam is negative or NaN. Means below 10 by Knuth's products of uniforms, others by Hörmann's \
          transformed rejection (PTRS, 1993), with the blocks (element, attempt) of the stream.",
    args: &[STATE, Arg::one("lam")],
    attrs: &[Attr::required("shape", AttrKind::Dims), Attr::optional("dtype", AttrKind::DType, Default::DType(DType::I32))],
    outputs: ONE,
    infer: |cx| {
        check_state(cx, 0)?;
        cx.need_dtype(1, DType::is_float, "a float type")?;
        let lam = cx.input(1)?;
        let dtype = cx.attrs.dtype("dtype")?;
        if dtype == DType::Bool {
            return Err(cx.error(Code::Dtype, "attribute dtype: expected a numeric type, received bool"));
        }
        let shape = shape(cx)?;
        same_when_broadcast(cx, &lam.shape, &shape, "lam")?;
        Ok(vec![Type::new(dtype, shape)])
    },
    lower: Lower::Kernel,
    vjp: Vjp::None("counts have no gradient"),
    samples: || {
        vec![
            sample(vec![state(), floats(&[3], 0.5, 30.0)]).dims("shape", &[5, 3]).no_grad(),
            sample(vec![state(), floats(&[], 4.0, 4.0)]).dims("shape", &[9]).attr("dtype", DType::F32.into()).no_grad(),
            sample(vec![state(), floats(&[4], 0.2, 4.0)]).dims("shape", &[5, 3]).refused(Code::Shape),
        ]
    },
    method: false,
};
