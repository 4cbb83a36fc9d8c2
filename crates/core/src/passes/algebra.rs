//! Algebraic clean-up that keeps every bit, NaN and −0 included: values that are another value in disguise
//! (`x·1`, `x + (−0)`, `−(−x)`, a cast to the same dtype), views of views, and broadcasts that the next op makes itself.
//! Under `exact` an op that changes nothing but copies a view stays where a product reads the copy.

use super::Rewrite;
use super::fuse::is_elementwise;
use super::layout::{is_row_major, shows_layout};
use crate::expr::{Expr, ExprKind, op_body, simplify};
use crate::graph::{Graph, Kind, Node, OpId, Value, complete, dims};
use crate::infer::normalize_axis;
use crate::{AttrsRef, Dim, Result, Shape, ops};
use smallvec::SmallVec;

/// Cleans up the graph.
pub fn algebra(graph: &Graph, exact: bool) -> Result<Graph> {
    let mut rewrite = Rewrite::new(graph);
    for (i, shows) in shows_layout(graph, exact).into_iter().enumerate() {
        let node = shorter(&rewrite.new, rewrite.renamed(i), shows)?;
        let same = same_value(&rewrite.new, &node)?;
        match same.filter(|v| !shows || !is_elementwise(&node) || is_row_major(&rewrite.new, *v)) {
            Some(v) => rewrite.set(Value { node: i as u32, out: 0 }, v),
            None => rewrite.push(i, node),
        }
    }
    Ok(rewrite.finish())
}

/// The value that the only output of `node` always equals, if there is one.
fn same_value(graph: &Graph, node: &Node) -> Result<Option<Value>> {
    let (Kind::Op(op), [ty]) = (&node.kind, node.types.as_slice()) else { return Ok(None) };
    let found = if is_elementwise(node) {
        let mut leaves = Vec::new();
        let args: Vec<Expr> =
            node.inputs.iter().flatten().map(|v| expr_of(graph, *v, &ty.shape, 1, &mut leaves)).collect::<Result<_>>()?;
        match op_body(AttrsRef { op: op.def(), values: &node.attrs }, &args)?.first().map(|e| simplify(e).0.kind.clone()) {
            Some(ExprKind::Input(n)) => Some(leaves[n as usize]),
            _ => None,
        }
    } else {
        match (op.def().name, node.inputs.first()) {
            ("reshape" | "expand_dims" | "squeeze" | "broadcast_to", Some(v)) => *v,
            ("transpose", Some(Some(v))) => {
                axes(node, graph.ty(*v).shape.rank())?.iter().enumerate().all(|(i, a)| i == *a).then_some(*v)
            }
            _ => None,
        }
    };
    Ok(found.filter(|v| graph.ty(*v) == ty))
}

/// `v` as an expression over `leaves`: through `depth` elementwise ops of the same shape.
fn expr_of(graph: &Graph, v: Value, shape: &Shape, depth: usize, leaves: &mut Vec<Value>) -> Result<Expr> {
    let node = graph.node(v);
    match &node.kind {
        Kind::Constant(literal) if literal.shape.iter().product::<usize>() == 1 && literal.shape.len() <= shape.rank() => {
            return Ok(Expr::literal(literal));
        }
        Kind::Op(op) if depth > 0 && is_elementwise(node) && node.types[0].shape == *shape => {
            let args: Vec<Expr> =
                node.inputs.iter().flatten().map(|v| expr_of(graph, *v, shape, depth - 1, leaves)).collect::<Result<_>>()?;
            return Ok(op_body(AttrsRef { op: op.def(), values: &node.attrs }, &args)?[v.out as usize].clone());
        }
        _ => {}
    }
    let at = leaves.iter().position(|l| *l == v).unwrap_or_else(|| {
        leaves.push(v);
        leaves.len() - 1
    });
    Ok(Expr::input(at as u16, graph.ty(v).dtype))
}

/// The node with views of views joined, and without broadcasts that it does not need. Reshapes that may copy stay where
/// the layout of the result `shows`.
fn shorter(graph: &Graph, mut node: Node, shows: bool) -> Result<Node> {
    let Kind::Op(op) = node.kind else { return Ok(node) };
    if is_elementwise(&node) {
        unbroadcast(graph, &mut node);
        return Ok(node);
    }
    let (name, Some(Some(v))) = (op.def().name, node.inputs.first().copied()) else { return Ok(node) };
    let inner = graph.node(v);
    let (Kind::Op(before), Some(Some(from))) = (&inner.kind, inner.inputs.first().copied()) else { return Ok(node) };
    let before = before.def().name;
    let is_reshape = |name: &str| matches!(name, "reshape" | "expand_dims" | "squeeze");
    let rank = graph.ty(from).shape.rank();
    let (id, attrs): (OpId, _) = match name {
        _ if is_reshape(name) && is_reshape(before) && (!shows || is_row_major(graph, from)) => {
            let id = ops::id("reshape");
            (id, complete(id, &[("shape", dims(&node.types[0].shape))])?)
        }
        "broadcast_to" if before == "broadcast_to" => (op, node.attrs),
        "transpose" if before == "transpose" => {
            let first = axes(inner, rank)?;
            let both: Vec<i64> = axes(&node, rank)?.iter().map(|a| first[*a] as i64).collect();
            (op, complete(op, &[("axes", both.as_slice().into())])?)
        }
        _ => return Ok(node),
    };
    Ok(Node { kind: Kind::Op(id), attrs, inputs: SmallVec::from_iter([Some(from)]), ..node })
}

/// Elementwise ops broadcast by themselves: reads what was broadcast before, where another input has the full shape.
fn unbroadcast(graph: &Graph, node: &mut Node) {
    let shape = node.types[0].shape.clone();
    for k in 0..node.inputs.len() {
        let full = |v: &Option<Value>| v.is_some_and(|v| graph.ty(v).shape == shape);
        let Some(v) = node.inputs[k] else { continue };
        let inner = graph.node(v);
        let Kind::Op(op) = inner.kind else { continue };
        let Some(Some(from)) = inner.inputs.first().copied() else { continue };
        let fits = || {
            let own = &graph.ty(from).shape;
            let lead = shape.rank().checked_sub(own.rank());
            lead.is_some_and(|lead| own.dims().iter().zip(&shape.dims()[lead..]).all(|(a, b)| a == b || *a == Dim::Known(1)))
        };
        let another = node.inputs.iter().enumerate().any(|(i, v)| i != k && full(v));
        if op.def().name == "broadcast_to" && another && fits() {
            node.inputs[k] = Some(from);
        }
    }
}

/// The axes of a `transpose` node of this rank.
fn axes(node: &Node, rank: usize) -> Result<SmallVec<[usize; 4]>> {
    let Kind::Op(op) = node.kind else { return Ok(SmallVec::new()) };
    let attrs = AttrsRef { op: op.def(), values: &node.attrs };
    if !attrs.has("axes") {
        return Ok((0..rank).rev().collect());
    }
    attrs.i64s("axes")?.iter().map(|&a| normalize_axis(a, rank)).collect()
}
