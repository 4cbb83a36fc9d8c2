//! `bitwise_count`

use crate::expr::{Expr, forms};
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "bitwise_count",
    version: 1,
    group: "bits",
    doc: "The number of ones among the bits of `|x|`, as `u8`. Floats are refused. As `numpy.bitwise_count`.",
    args: &[Arg::one("x")],
    attrs: &[],
    outputs: ONE,
    infer: |cx| {
        let mut types = infer::elementwise_bits(cx)?;
        types[0].dtype = DType::U8;
        Ok(types)
    },
    lower: Lower::Elementwise(|cx| Ok(vec![ones(&cx.x(0))])),
    vjp: Vjp::None("takes integers"),
    samples: || {
        vec![
            sample(vec![values(DType::I32, &[4], &[0.0, 255.0, -1.0, 1_431_655_765.0])]).no_grad(),
            sample(vec![values(DType::Bool, &[2], &[0.0, 1.0])]).no_grad(),
            sample(vec![floats(&[2], 1.0, 2.0)]).refused(Code::Dtype),
        ]
    },
    method: true,
};

/// Counts of groups of bits, summed into groups of twice the size.
fn ones(x: &Expr) -> Expr {
    if x.dtype() == DType::Bool {
        return x.cast(DType::U8);
    }
    let x = forms::magnitude(x);
    let whole = |value: i64| Expr::int(value, x.dtype());
    // A byte in each byte of the dtype.
    let bytes = |byte: i64| whole(byte * 0x0101_0101_0101_0101);
    let pairs = &x - &x.shr(&whole(1)).and(&bytes(0x55));
    let fours = pairs.and(&bytes(0x33)) + pairs.shr(&whole(2)).and(&bytes(0x33));
    let mut sum = (&fours + &fours.shr(&whole(4))).and(&bytes(0x0f));
    let mut width = 8;
    while width < 8 * x.dtype().size() as i64 {
        sum = &sum + &sum.shr(&whole(width));
        width *= 2;
    }
    sum.cast(DType::U8)
}
