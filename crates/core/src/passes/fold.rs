//! Constant folding: small ops of constants become constants.
//!
//! Only primitives that round exactly are folded, so that the value is the one that any backend computes. Under `exact`
//! a view that is not row-major stays where a product reads it.

use super::Rewrite;
use super::layout::{is_row_major, shows_layout};
use crate::expr::eval::{self, Scalar};
use crate::expr::{Expr, ExprKind, op_program};
use crate::graph::view::{self, Layout};
use crate::graph::{Graph, Kind, Literal, Node, OpId, Value, encode};
use crate::op::Lower;
use crate::{AttrsRef, DType, Result};
use std::sync::Arc;

/// Results of more elements stay ops.
const MOST: usize = 1024;

/// Folds what depends on constants alone.
pub fn fold(graph: &Graph, exact: bool) -> Result<Graph> {
    let mut rewrite = Rewrite::new(graph);
    for (i, shows) in shows_layout(graph, exact).into_iter().enumerate() {
        let node = rewrite.renamed(i);
        let stays = shows && !is_row_major(graph, Value { node: i as u32, out: 0 });
        let literal = if stays { None } else { folded(&rewrite.new, &node)? };
        match literal {
            Some(literal) => {
                let types = node.types.clone();
                rewrite.push(i, Node { kind: Kind::Constant(literal), types, ..Node::default() });
            }
            None => rewrite.push(i, node),
        }
    }
    Ok(rewrite.finish())
}

fn folded(graph: &Graph, node: &Node) -> Result<Option<Literal>> {
    let Kind::Op(op) = node.kind else { return Ok(None) };
    let constant = |v: &Option<Value>| match &v.map(|v| &graph.node(v).kind) {
        Some(Kind::Constant(literal)) => Some(literal.clone()),
        _ => None,
    };
    let Some(inputs) = node.inputs.iter().map(constant).collect::<Option<Vec<Literal>>>() else { return Ok(None) };
    let ([ty], false) = (node.types.as_slice(), inputs.is_empty()) else { return Ok(None) };
    let Some(shape) = ty.shape.known() else { return Ok(None) };
    if shape.iter().product::<usize>() > MOST {
        return Ok(None);
    }
    let attrs = AttrsRef { op: op.def(), values: &node.attrs };
    let bytes = match op.def().lower {
        Lower::Elementwise(_) => elementwise(attrs, &inputs, ty.dtype, &shape)?,
        // A repeated element is cheaper as a view.
        Lower::View if op.def().name != "broadcast_to" => viewed(op, attrs, &inputs[0], &shape)?,
        _ => None,
    };
    Ok(bytes.map(|bytes| Literal { dtype: ty.dtype, shape, bytes }))
}

fn elementwise(attrs: AttrsRef<'_>, inputs: &[Literal], dtype: DType, shape: &[usize]) -> Result<Option<Arc<[u8]>>> {
    let dtypes: Vec<DType> = inputs.iter().map(|l| l.dtype).collect();
    let program = op_program(attrs, &dtypes)?;
    if !program.insts.iter().all(|inst| inst.prim.is_exact()) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    for i in 0..shape.iter().product() {
        let values: Vec<Scalar> = inputs.iter().map(|l| element(l, place(&l.shape, shape, i))).collect();
        for value in eval::run(&program, &values) {
            match value {
                Scalar::Int(x) => bytes.extend_from_slice(&(x as i64).to_le_bytes()[..dtype.size()]),
                Scalar::Float(x) => bytes.extend(encode(&[x], dtype)),
            }
        }
    }
    Ok(Some(bytes.into()))
}

fn viewed(op: OpId, attrs: AttrsRef<'_>, input: &Literal, shape: &[usize]) -> Result<Option<Arc<[u8]>>> {
    let Some(layout) = view::view(attrs, &Layout::contiguous(&input.shape), shape)? else { return Ok(None) };
    debug_assert!(matches!(op.def().lower, Lower::View));
    let size = input.dtype.size();
    let mut bytes = Vec::new();
    for i in 0..layout.size() {
        let (mut rest, mut at) = (i, layout.offset as isize);
        for (n, stride) in layout.shape.iter().zip(&layout.strides).rev() {
            at += (rest % n) as isize * stride;
            rest /= n;
        }
        bytes.extend_from_slice(&input.bytes[at as usize * size..][..size]);
    }
    Ok(Some(bytes.into()))
}

/// Where element `i` of `shape` lies in a tensor of shape `own` that broadcasts to it.
fn place(own: &[usize], shape: &[usize], mut i: usize) -> usize {
    let (mut at, mut step) = (0, 1);
    let lead = shape.len() - own.len();
    for axis in (0..shape.len()).rev() {
        let along = i % shape[axis];
        i /= shape[axis];
        if axis >= lead {
            at += if own[axis - lead] == 1 { 0 } else { along * step };
            step *= own[axis - lead];
        }
    }
    at
}

fn element(literal: &Literal, at: usize) -> Scalar {
    let size = literal.dtype.size();
    let one = Literal { bytes: literal.bytes[at * size..][..size].into(), ..literal.clone() };
    match Expr::literal(&one).0.kind {
        ExprKind::Const(c) => match (c, literal.dtype) {
            (crate::expr::Const::Int(x), DType::U64) => Scalar::Int(i128::from(x.cast_unsigned())),
            _ => Scalar::of(c, literal.dtype),
        },
        _ => Scalar::Float(f64::NAN),
    }
}
