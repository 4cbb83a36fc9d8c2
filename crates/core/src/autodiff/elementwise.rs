//! Gradients of elementwise ops as expressions, and as nodes of a graph.

use crate::expr::{ElementCx, Expr, ExprKind, ExprNode, diff, op_exprs, simplify, to_graph};
use crate::{AttrsRef, Builder, DType, Error, Result, Value, Vjp};
use std::collections::HashMap;
use std::sync::Arc;

/// The gradient of each input of an elementwise op on inputs of these dtypes, as expressions over
/// its inputs, then its outputs, then their cotangents, all numbered in one row. `None` is a
/// gradient of zero: the op is piecewise constant in that input, or the input is not a float.
///
/// # Errors
/// `INTERNAL` when the op is not elementwise, or has a rule of its own.
pub fn gradients(attrs: AttrsRef<'_>, dtypes: &[DType]) -> Result<Vec<Option<Expr>>> {
    let body = op_exprs(attrs, dtypes)?;
    let outputs: Vec<DType> = body.iter().map(Expr::dtype).collect();
    let row: Vec<Expr> =
        dtypes.iter().chain(&outputs).chain(&outputs).enumerate().map(|(i, d)| Expr::input(i as u16, *d)).collect();
    let grads = match attrs.op.vjp {
        Vjp::None(_) => return Ok(vec![None; dtypes.len()]),
        Vjp::Derived => derived(&body, dtypes, &row),
        Vjp::Elementwise(rule) => {
            let grads = rule(&ElementCx { inputs: &row, attrs }).map_err(|e| e.in_op(attrs.op.name))?;
            grads.iter().map(|g| Some(simplify(g))).collect()
        }
        Vjp::Rule(_) => return Err(Error::internal("its gradient is a rule over graphs").in_op(attrs.op.name)),
    };
    if grads.len() != dtypes.len() {
        let message = format!("{} gradients for {} inputs", grads.len(), dtypes.len());
        return Err(Error::internal(message).in_op(attrs.op.name));
    }
    let float = |(g, d): (Option<Expr>, &DType)| g.filter(|g| d.is_float() && !is_zero(g));
    Ok(grads.into_iter().zip(dtypes).map(float).collect())
}

/// Appends the gradients of an elementwise node to the graph, each summed down to the shape of its
/// input. `None` where it is zero or not wanted, or where no cotangent flows in.
///
/// # Errors
/// As [`gradients`].
pub fn vjp(
    builder: &mut Builder<'_>,
    attrs: AttrsRef<'_>,
    (inputs, outputs): (&[Value], &[Value]),
    cotangents: &[Option<Value>],
    wants: &[bool],
) -> Result<Vec<Option<Value>>> {
    let mut result = vec![None; inputs.len()];
    if cotangents.iter().all(Option::is_none) {
        return Ok(result);
    }
    let dtypes: Vec<DType> = inputs.iter().map(|v| builder.dtype(*v)).collect();
    let grads = gradients(attrs, &dtypes)?;
    let wanted: Vec<usize> = (0..inputs.len()).filter(|&i| wants[i] && grads[i].is_some()).collect();
    let exprs: Vec<Expr> = wanted.iter().filter_map(|&i| grads[i].clone()).collect();
    if exprs.is_empty() {
        return Ok(result);
    }
    let mut row: Vec<Value> = inputs.iter().chain(outputs).copied().collect();
    for (y, dy) in outputs.iter().zip(cotangents) {
        row.push(match dy {
            Some(dy) => *dy,
            None => builder.full_like(0.0, *y)?,
        });
    }
    let values = to_graph(builder, &exprs, &row)?;
    for (i, v) in wanted.into_iter().zip(values) {
        let shape = builder.shape(inputs[i]);
        result[i] = Some(builder.sum_to(v, &shape)?);
    }
    Ok(result)
}

/// Derives the body: for each input the sum over outputs of cotangent times derivative, with what
/// the op has already computed taken from its outputs.
fn derived(body: &[Expr], dtypes: &[DType], row: &[Expr]) -> Vec<Option<Expr>> {
    let (outputs, cotangents) = row[dtypes.len()..].split_at(body.len());
    let computed: HashMap<*const ExprNode, Expr> = body
        .iter()
        .zip(outputs)
        .filter(|(e, _)| matches!(e.0.kind, ExprKind::Prim(..)))
        .map(|(e, y)| (Arc::as_ptr(&e.0), y.clone()))
        .collect();
    let grad = |(n, dtype): (usize, &DType)| {
        let terms = body.iter().zip(cotangents).filter_map(|(e, dy)| {
            let t = diff::unsimplified_tangent(e, n as u16, &dy.cast(*dtype))?;
            Some(simplify(&t.substitute(&computed).cast(*dtype)))
        });
        terms.reduce(|a, b| a + b)
    };
    dtypes.iter().enumerate().map(grad).collect()
}

fn is_zero(e: &Expr) -> bool {
    match e.0.kind {
        ExprKind::Const(crate::expr::Const::Float(x)) => x == 0.0,
        _ => false,
    }
}
