//! `random_randint`

use crate::op::{Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, sample};
use crate::rules::random::{STATE, check_state, shape, state};
use crate::{Code, DType, Type};

pub static DEF: OpDef = OpDef {
    name: "random_randint",
    version: 1,
    group: "random",
    doc: "Integers of `shape` in [`low`, `high`): `low + ⌊bits·(high − low) / 2³²⌋` with the element's 32-bit word, or its \
          64-bit word and 2⁶⁴ where the span passes 2³². A value's probability is off by less than 2⁻³². The same on every \
          backend.",
    args: &[STATE],
    attrs: &[
        Attr::required("shape", AttrKind::Dims),
        Attr::required("low", AttrKind::I64),
        Attr::required("high", AttrKind::I64),
        Attr::optional("dtype", AttrKind::DType, Default::DType(DType::I32)),
    ],
    outputs: ONE,
    infer: |cx| {
        check_state(cx, 0)?;
        let dtype = cx.attrs.dtype("dtype")?;
        let (low, high) = (cx.attrs.i64("low")?, cx.attrs.i64("high")?);
        if !dtype.is_int() {
            return Err(cx.error(Code::Dtype, format!("attribute dtype: expected an integer type, received {dtype}")));
        }
        if low >= high {
            return Err(cx.error(Code::Option, format!("expected low < high, received low {low} and high {high}")));
        }
        let bits = 8 * dtype.size() as u32;
        let (least, most) =
            if dtype.is_signed() { (-1i128 << (bits - 1), (1i128 << (bits - 1)) - 1) } else { (0, (1i128 << bits) - 1) };
        if i128::from(low) < least || i128::from(high) - 1 > most {
            return Err(cx.error(Code::Option, format!("the range {low} to {high} does not fit {dtype}; give a wider dtype")));
        }
        Ok(vec![Type::new(dtype, shape(cx)?)])
    },
    lower: Lower::Kernel,
    vjp: Vjp::None("integers have no gradient"),
    samples: || {
        let s = || sample(vec![state()]).dims("shape", &[5, 7]).no_grad();
        vec![
            s().attr("low", (-3i64).into()).attr("high", 4i64.into()),
            s().attr("low", 0i64.into()).attr("high", 256i64.into()).attr("dtype", DType::U8.into()),
            s().attr("low", i64::MIN.into()).attr("high", i64::MAX.into()).attr("dtype", DType::I64.into()),
            s().attr("low", 4i64.into()).attr("high", 4i64.into()).refused(Code::Option),
            s().attr("low", 0i64.into()).attr("high", 257i64.into()).attr("dtype", DType::U8.into()).refused(Code::Option),
        ]
    },
    method: false,
};
