//! `update_table`

use super::lookup_rows::need_token;
use crate::infer::Infer;
use crate::op::{Arg, Lower, OpDef, Outputs, Vjp};
use crate::{Code, DType, Result, Shape, Type};

pub static DEF: OpDef = OpDef {
    name: "update_table",
    version: 1,
    group: "tables",
    doc: "Applies an update rule to the rows that lookups in training found, and makes those that were missing. `ids` and `gradient` are \
          those of the table's anchor (see `table_vectors`). What belongs to one row is summed first, in order of position, and \
          each row is read and written once. The region is the rule over one element: from `param`, `grad`, the table's slots and \
          `scalars` to the new `param` and slots. `token` is that of the table; gives the next one.",
    args: &[Arg::one("token"), Arg::one("ids"), Arg::one("gradient"), Arg::one("scalars").variadic()],
    attrs: &[],
    outputs: Outputs::Named(&["token"]),
    infer: |cx| {
        need_gradient(cx)?;
        if cx.regions.len() != 1 {
            return Err(cx.error(Code::Internal, "one region is wanted"));
        }
        Ok(vec![cx.input(0)?.clone()])
    },
    lower: Lower::Kernel,
    vjp: Vjp::None("an update ends a step; differentiate the loss instead"),
    samples: Vec::new,
    method: false,
};

/// Refuses anything but a token, the gradient of an anchor, and scalars of its dtype.
pub(super) fn need_gradient(cx: &Infer<'_>) -> Result<()> {
    need_token(cx, 0)?;
    let ids = cx.input(1)?;
    if ids.dtype != DType::I64 || ids.shape.rank() != 1 {
        return Err(cx.error(Code::Dtype, format!("expected the numbers of lookups, i64 [n]; received {ids}")));
    }
    cx.need_dtype(2, |d| matches!(d, DType::F32 | DType::F64), "f32 or f64")?;
    let gradient = cx.input(2)?;
    if gradient.shape.rank() != 1 {
        return Err(cx.error(Code::Shape, format!("expected a flat gradient, received {}", gradient.shape)));
    }
    for i in 3..cx.inputs.len() {
        let scalar = cx.input(i)?;
        if scalar.shape != Shape::scalar() || scalar.dtype != gradient.dtype {
            return Err(cx.error(Code::Shape, format!("expected scalars of {}, received {scalar}", gradient.dtype)));
        }
    }
    Ok(())
}

/// The types of as many scalars as the region has outputs.
pub(super) fn scalars_of_region(cx: &Infer<'_>) -> Result<Vec<Type>> {
    let [rule] = cx.regions else { return Err(cx.error(Code::Internal, "one region is wanted")) };
    let dtype = cx.input(2)?.dtype;
    Ok(vec![Type::new(dtype, Shape::scalar()); rule.outputs.len()])
}
