//! `update_tables`

use super::lookup_rows::need_token;
use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Lower, OpDef, Outputs, Vjp};
use crate::{Code, DType, Result, Type};

pub static DEF: OpDef = OpDef {
    name: "update_tables",
    version: 1,
    group: "tables",
    doc: "Applies update rules to the rows that `lookup_rows` with `train` and the same `lookup` found: `gradient` is that of its \
          `out`; what belongs to one row is summed first, in order of position, and each row is read and written once. There is \
          one region for each entry of `tables` (an index in the group): the rule over one element, from `param`, `grad`, the \
          table's slots (scalar ones left out) and its scalars to the new `param` and slots. `scalars` holds the scalars of one \
          rule after the other, and `counts` how many each has. `token` is that of the group; gives the next one.",
    args: &[Arg::one("token"), Arg::one("gradient"), Arg::one("scalars").variadic()],
    attrs: &[
        Attr::required("lookup", AttrKind::I64),
        Attr::required("tables", AttrKind::I64s),
        Attr::required("counts", AttrKind::I64s),
    ],
    outputs: Outputs::Named(&["token"]),
    infer,
    lower: Lower::Kernel,
    vjp: Vjp::None("an update ends a step; differentiate the loss instead"),
    samples: Vec::new,
    method: false,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    need_token(cx)?;
    cx.need_dtype(1, |d| matches!(d, DType::F32 | DType::F64), "f32 or f64")?;
    let gradient = cx.input(1)?;
    if gradient.shape.rank() != 2 {
        return Err(cx.error(Code::Shape, format!("expected a gradient [rows, columns], received {}", gradient.shape)));
    }
    let (tables, counts) = (cx.attrs.i64s("tables")?, cx.attrs.i64s("counts")?);
    let scalars: Vec<&Type> = cx.inputs[2..].iter().copied().flatten().collect();
    let fits = tables.len() == counts.len() && tables.len() == cx.regions.len() && counts.iter().all(|c| *c >= 0);
    if !fits || counts.iter().sum::<i64>() != scalars.len() as i64 {
        let message = format!(
            "expected a rule and a count for each of {} tables, and as many scalars as the counts say; received {} rules, counts {counts:?} and {} scalars",
            tables.len(),
            cx.regions.len(),
            scalars.len()
        );
        return Err(cx.error(Code::Option, message));
    }
    if let Some(t) = scalars.iter().find(|t| t.shape.rank() != 0 || t.dtype != gradient.dtype) {
        return Err(cx.error(Code::Shape, format!("expected scalars of {}, received {} {}", gradient.dtype, t.dtype, t.shape)));
    }
    Ok(vec![cx.input(0)?.clone()])
}
