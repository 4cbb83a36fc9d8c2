//! Sums of gradients: dense with dense adds, rows with rows concatenates, mixed becomes dense.

use crate::graph::{Builder, Graph, Value};
use crate::vjp::{Grad, RowGrad};
use crate::{Error, Result};
use std::collections::HashMap;

/// Adds `g` to the cotangent of `v`.
pub(super) fn add(graph: &mut Graph, cotangents: &mut HashMap<Value, Grad>, v: Value, g: Grad) -> Result<()> {
    if let Grad::Dense(d) = g {
        let (got, want) = (graph.ty(d).clone(), graph.ty(v).clone());
        if got.shape != want.shape || got.dtype != want.dtype {
            // Symbolic sizes may be equal without being spelled alike.
            let known = got.shape.known().zip(want.shape.known());
            if got.dtype != want.dtype || got.shape.rank() != want.shape.rank() || known.is_some() {
                return Err(Error::internal(format!("a gradient of type {got} was made for a value of type {want}")));
            }
        }
    }
    let sum = match (cotangents.get(&v).copied(), g) {
        (None, g) => g,
        (Some(Grad::Dense(a)), Grad::Dense(b)) => Grad::Dense(Builder::new(graph).add(a, b)?),
        (Some(Grad::Rows(a)), Grad::Rows(b)) => {
            let mut build = Builder::new(graph);
            let axis: crate::graph::NamedAttrs<'_> = &[("axis", crate::AttrValue::I64(0))];
            let ids = build.op("concat", &[a.ids, b.ids], axis)?;
            let rows = build.op("concat", &[a.rows, b.rows], axis)?;
            Grad::Rows(RowGrad { ids, rows, coalesced: false })
        }
        (Some(a), b) => {
            let (a, b) = (dense(graph, v, a)?, dense(graph, v, b)?);
            Grad::Dense(Builder::new(graph).add(a, b)?)
        }
    };
    cotangents.insert(v, sum);
    Ok(())
}

/// `g` as a tensor of the type of `v`.
pub(super) fn dense(graph: &mut Graph, v: Value, g: Grad) -> Result<Value> {
    match g {
        Grad::Dense(d) => Ok(d),
        Grad::Rows(rows) => {
            let shape = graph.ty(v).shape.clone();
            densify(&mut Builder::new(graph), rows, &shape)
        }
    }
}

/// A row gradient as a tensor of shape `shape`.
pub fn densify(build: &mut Builder<'_>, g: RowGrad, shape: &crate::Shape) -> Result<Value> {
    build.op("unsorted_segment_sum", &[g.rows, g.ids], &[("num_segments", crate::AttrValue::Dims(vec![shape[0].clone()]))])
}
