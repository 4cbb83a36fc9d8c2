//! `logaddexp2`

use crate::expr::forms;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};
use std::f64::consts::{LN_2, LOG2_E};

pub static DEF: OpDef = OpDef {
    name: "logaddexp2",
    version: 1,
    group: "math",
    doc: "`log2(2ᵃ + 2ᵇ)` without overflow. As `numpy.logaddexp2`.",
    args: &[Arg::float("a"), Arg::float("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_float,
    lower: Lower::Elementwise(|cx| {
        let (a, b) = (cx.x(0), cx.x(1));
        // Equal infinities have no difference, so equal arguments go their own way.
        let apart = a.max(&b) + forms::neg_abs(&(&a - &b)).exp2().log1p() * a.c(LOG2_E);
        Ok(vec![a.eq(&b).select(&(&a + a.c(1.0)), &apart)])
    }),
    vjp: Vjp::Elementwise(|cx| {
        let (a, b, dy) = (cx.x(0), cx.x(1), cx.x(3));
        // As in `logaddexp`, with the difference in units of e.
        let d = &a - &b;
        let d = forms::is_inf(&a).select(&a.eq(&b).select(&a.c(0.0), &d), &d) * a.c(LN_2);
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
