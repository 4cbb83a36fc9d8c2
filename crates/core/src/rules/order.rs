//! What sorting ops share.

use crate::op::{Attr, AttrKind, Default, Sample, floats, sample, values};
use crate::{Code, DType};

/// `axis` and `descending`.
pub const ATTRS: &[Attr] = &[
    Attr::optional("axis", AttrKind::I64, Default::I64(-1)),
    Attr::optional("descending", AttrKind::Bool, Default::Bool(false)),
];

/// Samples of `sort` and `argsort`.
pub fn samples() -> Vec<Sample> {
    let x = || vec![floats(&[3, 7], -2.0, 2.0)];
    vec![
        sample(x()),
        sample(x()).attr("axis", 0i64.into()).attr("descending", true.into()),
        sample(vec![floats(&[2, 5, 2], -2.0, 2.0)]).attr("axis", 1i64.into()),
        sample(vec![values(DType::F32, &[6], &[2.0, f64::NAN, -1.0, 0.0, 2.0, -0.0])]).no_grad(),
        sample(vec![values(DType::F32, &[4], &[2.0, f64::NAN, -1.0, 2.0])]).attr("descending", true.into()).no_grad(),
        sample(vec![values(DType::I32, &[5], &[3.0, -1.0, 3.0, 0.0, -1.0])]).attr("descending", true.into()).no_grad(),
        sample(vec![values(DType::Bool, &[4], &[1.0, 0.0, 1.0, 0.0])]).no_grad(),
        sample(vec![floats(&[0, 3], -2.0, 2.0)]).attr("axis", 0i64.into()),
        sample(vec![floats(&[], -2.0, 2.0)]).refused(Code::Shape),
    ]
}
