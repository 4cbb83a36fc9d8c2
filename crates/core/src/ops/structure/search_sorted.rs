//! `search_sorted`

use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample, values};
use crate::{AttrValue, Code, DType, Result, Type};

pub static DEF: OpDef = OpDef {
    name: "search_sorted",
    version: 1,
    group: "sort",
    doc: "Where each of `values` would be put into increasing `sorted` (i32): before (`left`) or after (`right`) its equals. \
          `sorted` has one axis, or its leading axes are those of `values`, and each row is searched for the values of its row.",
    args: &[Arg::common("sorted"), Arg::common("values")],
    attrs: &[Attr::optional("side", AttrKind::Enum(&["left", "right"]), Default::Enum(0))],
    outputs: ONE,
    infer,
    lower: Lower::Kernel,
    vjp: Vjp::None("an index is not continuous"),
    samples: || {
        let sorted = || values(DType::F32, &[5], &[-1.0, 0.0, 0.0, 2.0, 3.0]);
        let v = || values(DType::F32, &[2, 3], &[0.0, -5.0, 2.5, 3.0, 7.0, f64::NAN]);
        vec![
            sample(vec![sorted(), v()]).no_grad(),
            sample(vec![sorted(), v()]).attr("side", AttrValue::Enum(1)).no_grad(),
            sample(vec![
                values(DType::I32, &[2, 2], &[1.0, 3.0, 0.0, 9.0]),
                values(DType::I32, &[2, 3], &[1.0, 2.0, 4.0, 1.0, 9.0, 10.0]),
            ])
            .no_grad(),
            sample(vec![values(DType::F32, &[0], &[]), v()]).no_grad(),
            sample(vec![floats(&[2, 2], 0.0, 1.0), floats(&[3, 2], 0.0, 1.0)]).refused(Code::Shape),
        ]
    },
    method: false,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let (sorted, values) = (cx.input(0)?, cx.input(1)?);
    let rank = sorted.shape.rank();
    if rank == 0 || (rank > 1 && rank != values.shape.rank()) {
        let message =
            format!("sorted has shape {}, values have {}: expected one axis, or equal ranks", sorted.shape, values.shape);
        return Err(cx.error(Code::Shape, message));
    }
    for i in 0..rank - 1 {
        cx.same_dim(&sorted.shape[i], &values.shape[i], &format!("axis {i}"))?;
    }
    Ok(vec![Type::new(DType::I32, values.shape.clone())])
}
