//! `random_bits`

use crate::op::{Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, sample};
use crate::rules::random::{STATE, check_state, shape, state};
use crate::{Code, DType, Type};

pub static DEF: OpDef = OpDef {
    name: "random_bits",
    version: 1,
    group: "random",
    doc: "Random words of `shape`, `u32` (default) or `u64`: Philox4x32-10 (Salmon et al., 2011) under the key of `state`. \
          Element e takes word e mod 4 of the block with counter (e div 4, 0, offset lo, offset hi); in `u64`, words \
          2(e mod 2) (low) and the next (high) of block e div 2. The same on every backend.",
    args: &[STATE],
    attrs: &[Attr::required("shape", AttrKind::Dims), Attr::optional("dtype", AttrKind::DType, Default::DType(DType::U32))],
    outputs: ONE,
    infer: |cx| {
        check_state(cx, 0)?;
        let dtype = cx.attrs.dtype("dtype")?;
        if !matches!(dtype, DType::U32 | DType::U64) {
            return Err(cx.error(Code::Dtype, format!("attribute dtype: expected u32 or u64, received {dtype}")));
        }
        Ok(vec![Type::new(dtype, shape(cx)?)])
    },
    lower: Lower::Kernel,
    vjp: Vjp::None("bits do not depend on a float"),
    samples: || {
        vec![
            sample(vec![state()]).dims("shape", &[3, 7]).no_grad(),
            sample(vec![state()]).dims("shape", &[9]).attr("dtype", DType::U64.into()).no_grad(),
            sample(vec![state()]).dims("shape", &[0, 2]).no_grad(),
            sample(vec![state()]).dims("shape", &[2]).attr("dtype", DType::F32.into()).refused(Code::Dtype),
        ]
    },
    method: false,
};
