//! What the softmax cross-entropies share. Their residuals are outputs 1 (`max`) and 2 (`log_sum`).

use crate::vjp::VjpCx;
use crate::{Builder, Result, Value};

/// The maximum along `axis` and ln(sum(exp(x − max))), both with the axis kept.
pub(crate) fn log_sum(b: &mut Builder<'_>, x: Value, axis: usize) -> Result<(Value, Value)> {
    let max = b.reduce("max", x, &[axis], true)?;
    let shifted = b.sub(x, max)?;
    let e = b.exp(shifted)?;
    let total = b.sum(e, &[axis], true)?;
    Ok((max, b.log(total)?))
}

/// softmax(x) from the residuals: exp((x − max) − log_sum).
pub(crate) fn probabilities(cx: &mut VjpCx<'_, '_>, x: Value) -> Result<Value> {
    let (max, log) = (cx.y(1), cx.y(2));
    let shifted = cx.sub(x, max)?;
    let logs = cx.sub(shifted, log)?;
    cx.exp(logs)
}

/// Adds to `d`, the flow through the loss, what flows through the residuals (only in second
/// derivatives): `softmax·dlog_sum` and `(dmax − dlog_sum)` shared by the places of the maximum.
pub(crate) fn logits_grad(cx: &mut VjpCx<'_, '_>, x: Value, p: Value, axis: usize, d: Value) -> Result<Value> {
    if cx.cotangents[1].is_none() && cx.cotangents[2].is_none() {
        return Ok(d);
    }
    let (dmax, dlog) = (cx.dy(1)?, cx.dy(2)?);
    let dtype = cx.dtype(x);
    let max = cx.y(1);
    let at_max = cx.equal(x, max)?;
    let at_max = cx.cast(at_max, dtype)?;
    let places = cx.sum(at_max, &[axis], true)?;
    let share = cx.div(at_max, places)?;
    let through_max = cx.sub(dmax, dlog)?;
    let a = cx.mul(share, through_max)?;
    let b = cx.mul(p, dlog)?;
    let d = cx.add(d, a)?;
    cx.add(d, b)
}
