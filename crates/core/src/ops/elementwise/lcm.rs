//! `lcm`

use crate::expr::forms;
use crate::infer;
use crate::op::{Arg, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{Code, DType};

pub static DEF: OpDef = OpDef {
    name: "lcm",
    version: 1,
    group: "math",
    doc: "The least common multiple of `|a|` and `|b|`, 0 where either is 0; it wraps where the dtype does not hold it. Floats \
          and bools are refused. As `numpy.lcm`.",
    args: &[Arg::common("a"), Arg::common("b")],
    attrs: &[],
    outputs: ONE,
    infer: infer::elementwise_ints,
    lower: Lower::Elementwise(|cx| {
        let (a, b) = (forms::magnitude(&cx.x(0)), forms::magnitude(&cx.x(1)));
        // Divided first, so that only what cannot be held wraps; x / 0 is 0.
        Ok(vec![(&a / &a.gcd(&b) * &b).bitcast(cx.x(0).dtype())])
    }),
    vjp: Vjp::None("takes integers"),
    samples: || {
        vec![
            sample(vec![values(DType::I32, &[4], &[4.0, -6.0, 0.0, 7.0]), values(DType::I32, &[4], &[6.0, 4.0, -5.0, 1.0])])
                .no_grad(),
            sample(vec![values(DType::I64, &[2, 2], &[6.0, 35.0, 64.0, 97.0]), values(DType::I64, &[2], &[4.0, 14.0])]).no_grad(),
            sample(vec![floats(&[2], 1.0, 2.0), floats(&[2], 1.0, 2.0)]).refused(Code::Dtype),
        ]
    },
    method: true,
};
