//! `pad`

use crate::graph::Literal;
use crate::infer::Infer;
use crate::op::{Arg, Attr, AttrKind, Default, Lower, ONE, OpDef, Vjp, floats, sample};
use crate::rules::axes::{END, inverse, permute, slice_axis};
use crate::rules::index::sum_by;
use crate::vjp::{Grad, VjpCx};
use crate::{Code, DType, Dim, Error, Result, Type};

pub static DEF: OpDef = OpDef {
    name: "pad",
    version: 1,
    group: "shape",
    doc: "`x` with elements added around it: `paddings` are [before, after] of each axis in turn. `mode` says which: `constant` \
          (`value`), `reflect` (mirrored without the edge), `symmetric` (mirrored with it), `edge` (the edge repeated). Mirrors \
          take at most what the axis has.",
    args: &[Arg::one("x")],
    attrs: &[
        Attr::required("paddings", AttrKind::I64s),
        Attr::optional("mode", AttrKind::Enum(&["constant", "reflect", "symmetric", "edge"]), Default::Enum(0)),
        Attr::optional("value", AttrKind::F64, Default::F64(0.0)),
    ],
    outputs: ONE,
    infer,
    lower: Lower::Kernel,
    vjp: Vjp::Rule(vjp),
    samples: || {
        let x = || sample(vec![floats(&[3, 4], -2.0, 2.0)]);
        let mode = |n: u16| crate::AttrValue::Enum(n);
        vec![
            x().i64s("paddings", &[1, 0, 2, 3]),
            x().i64s("paddings", &[0, 2, 1, 0]).attr("value", 1.5.into()),
            x().i64s("paddings", &[2, 1, 0, 3]).attr("mode", mode(1)),
            x().i64s("paddings", &[3, 1, 0, 4]).attr("mode", mode(2)),
            x().i64s("paddings", &[3, 0, 1, 5]).attr("mode", mode(3)),
            x().i64s("paddings", &[3, 0, 0, 0]).attr("mode", mode(1)).refused(Code::Shape),
            x().i64s("paddings", &[1, 0]).refused(Code::Option),
            x().i64s("paddings", &[-1, 0, 0, 0]).refused(Code::Option),
        ]
    },
    method: true,
};

fn infer(cx: &mut Infer<'_>) -> Result<Vec<Type>> {
    let t = cx.input(0)?;
    let paddings = cx.attrs.i64s("paddings")?;
    let mode = cx.attrs.choice("mode")?;
    if paddings.len() != 2 * t.shape.rank() || paddings.iter().any(|&p| !(0..1 << 52).contains(&p)) {
        let message = format!("paddings {paddings:?}: expected [before, after], at least 0, of each axis of {}", t.shape);
        return Err(cx.error(Code::Option, message));
    }
    let mut shape = t.shape.clone();
    for (i, p) in paddings.chunks_exact(2).enumerate() {
        let most = p[0].max(p[1]);
        if let Dim::Known(n) = t.shape[i]
            && most > available(mode, n as i64)
        {
            let message = format!("axis {i} of {} has too few elements for {most} of mode {mode}", t.shape);
            return Err(cx.error(Code::Shape, message));
        }
        shape.0[i] = t.shape[i].add((p[0] + p[1]) as usize);
    }
    Ok(vec![Type::new(t.dtype, shape)])
}

/// How much may be added on one side of an axis of size `n`.
fn available(mode: &str, n: i64) -> i64 {
    match mode {
        "reflect" => (n - 1).max(0),
        "symmetric" => n,
        "edge" if n == 0 => 0,
        _ => i64::MAX,
    }
}

/// The input index that output index `i` of a mirrored or repeated axis takes; `before` elements stand in front.
pub fn source(mode: &str, i: i64, before: i64, n: i64) -> i64 {
    let at = i - before;
    match mode {
        "reflect" if at < 0 => -at,
        "reflect" if at >= n => 2 * (n - 1) - at,
        "symmetric" if at < 0 => -at - 1,
        "symmetric" if at >= n => 2 * n - 1 - at,
        _ => at.clamp(0, n - 1),
    }
}

fn vjp(cx: &mut VjpCx<'_, '_>) -> Result<Vec<Option<Grad>>> {
    let mut dy = cx.dy(0)?;
    let mode = cx.attrs.choice("mode")?;
    let shape = cx.x_type(0).shape;
    for (axis, p) in cx.attrs.i64s("paddings")?.chunks_exact(2).enumerate() {
        let (before, after) = (p[0], p[1]);
        if before == 0 && after == 0 {
            continue;
        }
        if mode == "constant" {
            dy = slice_axis(cx, dy, axis, before, if after == 0 { END } else { -after }, 1)?;
            continue;
        }
        // Each position is added to the one it was copied from.
        let Some(n) = shape[axis].known() else {
            let message = format!("the gradient of mode {mode} needs axis {axis} of {shape} to be known while recording");
            return Err(Error::unsupported(message));
        };
        let n = n as i64;
        let ids: Vec<f64> = (0..before + n + after).map(|i| source(mode, i, before, n) as f64).collect();
        let ids = cx.graph.constant(Literal::of(&ids, &[ids.len()], DType::I32));
        let order: Vec<usize> = std::iter::once(axis).chain((0..shape.rank()).filter(|&a| a != axis)).collect();
        let rows = permute(cx, dy, &order)?;
        let sums = sum_by(cx, rows, ids, &shape[axis])?;
        dy = permute(cx, sums, &inverse(&order))?;
    }
    Ok(vec![Some(Grad::Dense(dy))])
}
