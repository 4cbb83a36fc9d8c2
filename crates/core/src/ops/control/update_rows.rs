//! `update_rows`

use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, OpDef, Outputs, Vjp};
use crate::{Code, Result, Type};

pub static DEF: OpDef = OpDef {
    name: "update_rows",
    version: 1,
    group: "control",
    doc: "Applies an update rule to the rows of a variable that a row gradient touches. Inputs are `fields` arrays (the variable, then \
          its slots, all of as many rows), ids, gradient rows, then run-time scalars. Rows of equal ids are summed first, in order of \
          position. The region is the rule over one element: parameter, gradient, slots, scalars to parameter, slots. With `every` all rows take part, with a gradient of 0 where there is none.",
    args: &[Arg::one("inputs").variadic()],
    attrs: &[Attr::required("fields", AttrKind::I64), Attr::optional("every", AttrKind::Bool, Default::Bool(false))],
    outputs: Outputs::List("fields"),
    infer,
    lower: Lower::Kernel,
    vjp: Vjp::None("an update of state has no gradient"),
    samples: Vec::new,
    method: false,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let fields = cx.attrs.usize("fields")?;
    let [rule] = cx.regions else { return Err(cx.error(Code::Internal, "one region is wanted")) };
    if rule.outputs.len() != fields {
        return Err(cx.error(Code::Option, format!("the rule gives {} arrays in place of {fields}", rule.outputs.len())));
    }
    let (ids, rows, param) = (cx.input(fields)?, cx.input(fields + 1)?, cx.input(0)?);
    if !ids.dtype.is_int() || ids.shape.rank() != 1 {
        return Err(cx.error(Code::Dtype, format!("ids must be integers of one axis, received {ids}")));
    }
    if rows.dtype != param.dtype || rows.shape.rank() != param.shape.rank() || rows.shape.dims()[1..] != param.shape.dims()[1..] {
        return Err(cx.error(Code::Shape, format!("gradient rows {rows} do not fit the variable {param}")));
    }
    (0..fields).map(|i| cx.input(i).cloned()).collect()
}
