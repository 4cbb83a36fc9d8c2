//! `logaddexp`

use crate::expr::forms;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "logaddexp",
    version: 1,
    group: "math",
    doc: "`log(exp(a) + exp(b))` without overflow. As `numpy.logaddexp`.",
    args: &[Arg::float("a"), Arg::float("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| {
        let (a, b) = (cx.x(0), cx.x(1));
        // Equal infinities have no difference, so equal arguments go their own way.
        let apart = a.max(&b) + forms::neg_abs(&(&a - &b)).exp().log1p();
        Ok(vec![a.eq(&b).select(&(&a + a.c(std::f64::consts::LN_2)), &apart)])
    }),
    vjp: Vjp::Elementwise(|cx| {
        let (a, b, dy) = (cx.x(0), cx.x(1), cx.x(3));
        // Equal infinities have no difference; equal numbers keep theirs, for the second derivative.
        let d = &a - &b;
        let d = a.abs().gt(&a.c(f64::MAX)).select(&a.eq(&b).select(&a.c(0.0), &d), &d);
        Ok(vec![&dy * d.sigmoid(), &dy * (-d).sigmoid()])
    }),
    samples: || {
        vec![
            sample(vec![floats(&[2, 3], -2.0, 2.0), floats(&[2, 3], -3.0, 1.0)]),
            sample(vec![values(DType::F32, &[3], &[1000.0, -1000.0, 0.0]), values(DType::F32, &[3], &[1000.0, 1000.0, 0.0])]),
            sample(vec![floats(&[2, 3], 0.5, 2.0), floats(&[4], 0.5, 1.0)]).refused(Code::Shape),
        ]
    },
    method: true,
};
