//! `lookup_rows`

use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, OpDef, Outputs, Vjp};
use crate::{Code, DType, Dim, Result, Shape, Type};

/// Bits of attribute `parts`: what follows a feature's keys among the inputs.
const OFFSETS: i64 = 1;
const WEIGHTS: i64 = 2;

pub static DEF: OpDef = OpDef {
    name: "lookup_rows",
    version: 1,
    group: "tables",
    doc: "Looks all features of a batch up in embedding tables, and pools their vectors into one `[rows, columns]`, the first output. \
          The first `count` inputs are tokens, u64 [2], one a table: each names its table and orders what is done to it, and the \
          outputs end with the next ones. The other inputs hold, for each feature, its keys (any integer type of 32 or 64 bits: \
          `[rows]`, `[rows, n]`, or flat with offsets), then with bit 1 of its `parts` the offsets `[rows + 1]`, then with bit 2 the \
          weights, one a key. Each feature has an entry in `tables` (which token), `widths` (of that table's vectors), `pooling` \
          (0 sum, 1 mean, 2 sqrtn, 3 flat: one vector after another), `parts`, `max_norms` (below 0: none) and `defaults` (the key \
          of rows without keys, with bit 4 of `parts`; such rows are zeros otherwise). No table is changed. With `train` keys \
          without a row have the vector that they start with, and the lookup is kept under the number `lookup` for \
          `update_table`, which makes their rows.",
    args: &[Arg::one("inputs").variadic()],
    attrs: &[
        Attr::required("count", AttrKind::I64),
        Attr::required("tables", AttrKind::I64s),
        Attr::required("widths", AttrKind::I64s),
        Attr::required("pooling", AttrKind::I64s),
        Attr::required("parts", AttrKind::I64s),
        Attr::required("max_norms", AttrKind::F64s),
        Attr::required("defaults", AttrKind::I64s),
        Attr::required("lookup", AttrKind::I64),
        Attr::optional("train", AttrKind::Bool, Default::Bool(false)),
        Attr::optional("dtype", AttrKind::DType, Default::DType(DType::F32)),
    ],
    outputs: Outputs::List("count"),
    infer,
    lower: Lower::Kernel,
    vjp: Vjp::None("rows of a table are no tensor; `table_vectors` takes the gradient of the output to the tables"),
    samples: Vec::new,
    method: false,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let count = cx.attrs.usize("count")?;
    for i in 0..count {
        need_token(cx, i)?;
    }
    let parts = cx.attrs.i64s("parts")?;
    let lists = [cx.attrs.i64s("tables")?, cx.attrs.i64s("widths")?, cx.attrs.i64s("pooling")?, cx.attrs.i64s("defaults")?];
    if lists.iter().any(|l| l.len() != parts.len()) || cx.attrs.f64s("max_norms")?.len() != parts.len() {
        return Err(cx.error(Code::Option, "tables, widths, pooling, parts, max_norms and defaults need one entry a feature"));
    }
    if let Some(table) = lists[0].iter().find(|t| usize::try_from(**t).is_ok_and(|t| t >= count) || **t < 0) {
        return Err(cx.error(Code::Option, format!("a feature names table {table} of {count}")));
    }
    let dtype = cx.attrs.dtype("dtype")?;
    let mut at = count;
    let mut rows: Option<Dim> = None;
    let mut columns = Dim::Known(0);
    for (feature, part) in parts.iter().enumerate() {
        cx.need_dtype(at, |d| d.is_int() && d.size() >= 4, "keys of i32, u32, i64 or u64")?;
        let keys = cx.input(at)?;
        at += 1;
        let (mut these, mut each) = (None, Dim::Known(1));
        if part & OFFSETS != 0 {
            cx.need_dtype(at, |d| matches!(d, DType::I32 | DType::I64), "offsets of i32 or i64")?;
            let offsets = cx.input(at)?;
            at += 1;
            if keys.shape.rank() == 1 && offsets.shape.rank() == 1 {
                these = Some(offsets.shape[0].sub(1));
            }
        } else if let [n] | [n, _] = keys.shape.dims() {
            these = Some(n.clone());
            each = keys.shape.dims().get(1).cloned().unwrap_or(Dim::Known(1));
        }
        let Some(these) = these else {
            let message = format!(
                "feature {feature}: expected keys [rows], [rows, n], or [n] with offsets [rows + 1]; received {}",
                keys.shape
            );
            return Err(cx.error(Code::Shape, message));
        };
        if part & WEIGHTS != 0 {
            let weights = cx.input(at)?;
            at += 1;
            if weights.dtype != dtype || weights.shape != keys.shape {
                let message = format!(
                    "feature {feature}: expected weights {dtype} {}, received {} {}",
                    keys.shape, weights.dtype, weights.shape
                );
                return Err(cx.error(Code::Shape, message));
            }
        }
        rows = Some(match rows {
            None => these,
            Some(rows) => cx.same_dim(&rows, &these, "rows of features")?,
        });
        let width = usize::try_from(lists[1][feature]).map_err(|_| cx.error(Code::Option, "a width is below 0"))?;
        columns = columns.add(if lists[2][feature] == 3 { each.mul(width) } else { Dim::Known(width) });
    }
    if at != cx.inputs.len() {
        let (wanted, received) = (at - count, cx.inputs.len().saturating_sub(count));
        return Err(cx.error(Code::Option, format!("the features take {wanted} tensors, received {received}")));
    }
    let rows = rows.ok_or_else(|| cx.error(Code::Option, "expected at least one feature"))?;
    let mut outputs = vec![Type::new(dtype, Shape::from_iter([rows, columns]))];
    for i in 0..count {
        outputs.push(cx.input(i)?.clone());
    }
    Ok(outputs)
}

/// Refuses an input that is no token.
pub(super) fn need_token(cx: &Infer<'_>, input: usize) -> Result<()> {
    let token = cx.input(input)?;
    if token.dtype == DType::U64 && token.shape == Shape::of(&[2]) {
        return Ok(());
    }
    Err(cx.error(Code::Option, format!("expected the token of a table, u64 [2]; received {} {}", token.dtype, token.shape)))
}
