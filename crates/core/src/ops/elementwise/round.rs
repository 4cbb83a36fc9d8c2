//! `round`

use crate::DType;
use crate::expr::Expr;
use crate::infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, sample, values};

pub static DEF: OpDef = OpDef {
    name: "round",
    version: 1,
    group: "math",
    doc: "`x` rounded to `decimals` decimals (tens, hundreds … where negative), halves to even, in its own dtype; bools and, \
          with `decimals` of 0 and more, integers stay as they are. Its gradient is zero. As `numpy.round`.",
    args: &[Arg::one("x")],
    attrs: &[Attr::optional("decimals", AttrKind::I64, Default::I64(0))],
    outputs: ONE,
    infer: infer::elementwise,
    lower: Lower::Elementwise(|cx| {
        let (x, decimals) = (cx.x(0), cx.attrs.i64("decimals")?);
        let size = 10f64.powi(decimals.unsigned_abs().min(400) as i32);
        Ok(vec![match (x.dtype(), decimals) {
            (d, 0) if d.is_float() => x.round(),
            (d, 1..) if d.is_float() => (&x * x.c(size)).round() / x.c(size),
            (d, _) if d.is_float() => (&x / x.c(size)).round() * x.c(size),
            (d, ..0) if d.is_int() => to_multiple(&x, decimals.unsigned_abs()),
            _ => x,
        }])
    }),
    vjp: Vjp::Derived,
    samples: || {
        vec![
            sample(vec![values(DType::F32, &[4], &[-2.7, -0.3, 0.4, 1.6])]),
            sample(vec![values(DType::F32, &[6], &[-2.5, -1.5, -0.0, 0.5, 1.5, 1e30])]).no_grad(),
            sample(vec![values(DType::I32, &[2], &[-3.0, 4.0])]).no_grad(),
            sample(vec![values(DType::F32, &[4], &[-2.74, -0.32, 0.41, 1.66])]).attr("decimals", 1.into()),
            sample(vec![values(DType::F32, &[4], &[-274.0, -32.0, 41.0, 166.0])]).attr("decimals", (-2).into()),
            sample(vec![values(DType::I32, &[6], &[-15.0, 25.0, 14.0, 16.0, -25.0, 0.0])])
                .attr("decimals", (-1).into())
                .no_grad(),
        ]
    },
    method: true,
};

/// Integers rounded to the nearest multiple of 10^zeros, halves to the even one.
fn to_multiple(x: &Expr, zeros: u64) -> Expr {
    let bits = 8 * x.dtype().size() as u32 - u32::from(x.dtype().is_signed());
    let size = 10i64.checked_pow(zeros.min(99) as u32).filter(|size| bits >= 63 || *size < 1 << bits);
    // Of a multiple that the dtype does not hold, all numbers are nearer to 0.
    let Some(size) = size else { return x.c(0.0) };
    let whole = |value: i64| Expr::int(value, x.dtype());
    let rest = x.modulo(&whole(size));
    let below = x - &rest;
    let odd = below.floor_div(&whole(size)).and(&whole(1)).eq(&whole(1));
    let (half, apart) = (whole(size / 2), &rest - &whole(size / 2));
    let up = half.lt(&rest).or(&apart.eq(&whole(0)).and(&odd));
    up.select(&(&below + whole(size)), &below)
}
